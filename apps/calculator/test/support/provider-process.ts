import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Peer } from '@hearsay/node';
import { onTestFinished } from 'vitest';

const FILE = fileURLToPath(new URL('provider.mjs', import.meta.url));

type PeerId = Peer['id'];

/** What a provider tells. */
interface News {
  readonly id?: PeerId;
  readonly is?: string;
  readonly ran?: string;
}

/** A provider of `work` as a process; it ends with the test. */
export class ProviderProcess {
  readonly id: PeerId;
  readonly ran: readonly string[];
  readonly #child: ChildProcess;

  private constructor(id: PeerId, ran: readonly string[], child: ChildProcess) {
    this.id = id;
    this.ran = ran;
    this.#child = child;
  }

  static async start(address: string, nick: string): Promise<ProviderProcess> {
    const child = fork(FILE, [address, nick], { execArgv: [] });
    onTestFinished(() => void child.kill('SIGKILL'));
    const ran: string[] = [];
    child.on('message', (news: News) => {
      if (news.ran !== undefined) ran.push(news.ran);
    });
    const { id } = await heard(child, (news) => news.id !== undefined);
    if (id === undefined) throw new Error('a provider without an id');
    return new ProviderProcess(id, ran, child);
  }

  /** How its handler behaves from now on, or `drain`. */
  async be(manner: 'ok' | 'fail' | 'hang' | 'drain'): Promise<void> {
    const done = heard(this.#child, ({ is }) => is === manner);
    this.#child.send(manner);
    await done;
  }

  signal(signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void {
    this.#child.kill(signal);
  }
}

function heard(child: ChildProcess, fits: (news: News) => boolean): Promise<News> {
  return new Promise((resolve, reject) => {
    const onMessage = (news: News): void => {
      if (fits(news)) end(() => resolve(news));
    };
    const onExit = (): void => end(() => reject(new Error('the provider ended')));
    const end = (settle: () => void): void => {
      child.off('message', onMessage);
      child.off('exit', onExit);
      settle();
    };
    child.on('message', onMessage);
    child.on('exit', onExit);
  });
}
