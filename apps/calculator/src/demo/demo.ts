import { setTimeout as sleep } from 'node:timers/promises';
import { openServices } from '@hearsay/services';
import { answerCalculate } from '../http/calculate.js';
import { CopyProcess } from '../processes/copy-process.js';
import { withTemporaryFolder } from '../processes/temporary-folder.js';
import { OPERATIONS } from '../service/operations.js';
import { startPeer } from '../service/start-peer.js';
import { type Load, sendLoad } from './load.js';
import { type DemoResult, Observer } from './observer.js';
import { reportLines } from './report.js';

export interface DemoFlags {
  readonly copies: number;
  readonly rate: number;
  /**
   * Milliseconds from the death of a copy to its restart, for a person to see the others carry on; twice
   * as long before the first and after the last.
   */
  readonly pause: number;
  /** Copies that are killed; undefined: each once. */
  readonly kills?: number;
  readonly json?: boolean;
}

const READY_MS = 60_000;

/**
 * `hearsay-calculator demo`: all four services in real processes, load over HTTP, each copy killed
 * with SIGKILL and started again.
 * @returns whether every call succeeded
 */
export async function demo(flags: DemoFlags): Promise<boolean> {
  const say = (line: string): void => {
    if (flags.json !== true) process.stdout.write(`${line}\n`);
  };
  const result = await withTemporaryFolder((folder) => run(flags, folder, say));
  if (flags.json === true) process.stdout.write(`${JSON.stringify(result)}\n`);
  else for (const line of reportLines(result)) say(line);
  return result.failed === 0;
}

async function run(
  flags: DemoFlags,
  folder: string,
  say: (line: string) => void,
): Promise<DemoResult> {
  const peer = await startPeer('gateway', { stateDir: folder, discover: false });
  const services = openServices(peer);
  const join = peer.url.replace('ws://', '');
  const copies = copyProcesses(flags.copies, ['--join', join, '--state-dir', folder]);
  const aborting = new AbortController();
  const stop = (): void => aborting.abort(new Error('interrupted'));
  process.once('SIGINT', stop);
  try {
    peer.http.route('/calculate', (request, response) =>
      answerCalculate(services, request, response),
    );
    const observer = new Observer(peer, services);
    say(`starting ${copies.length} processes: ${[...OPERATIONS.keys()].join(', ')}`);
    for (const copy of copies) copy.start();
    for (const name of OPERATIONS.keys()) {
      await services.available(name, { count: flags.copies, timeoutMs: READY_MS });
    }
    say(`POST to ${peer.url.replace('ws:', 'http:')}/calculate, ${flags.rate} times a second`);
    const load = sendLoad({ url: peer.url.replace('ws:', 'http:'), rate: flags.rate });
    const { signal } = aborting;
    await sleep(2 * flags.pause, undefined, { signal });
    for (const copy of copies.slice(0, flags.kills))
      await killAndRestart(copy, load, { services, say, flags, signal });
    await sleep(2 * flags.pause, undefined, { signal });
    return observer.result(await load.stop());
  } finally {
    process.off('SIGINT', stop);
    for (const copy of copies) await copy.kill();
    services.close();
    await peer.close();
  }
}

function copyProcesses(count: number, args: readonly string[]): CopyProcess[] {
  return [...OPERATIONS.keys()].flatMap((name) =>
    Array.from({ length: count }, (_, index) => {
      const nick = `${name}-${index + 1}`;
      const own = ['serve', name, '--nick', nick, '--no-discover', ...args];
      return new CopyProcess({ nick, args: own });
    }),
  );
}

interface Scene {
  readonly services: ReturnType<typeof openServices>;
  readonly say: (line: string) => void;
  readonly flags: DemoFlags;
  readonly signal: AbortSignal;
}

async function killAndRestart(copy: CopyProcess, load: Load, scene: Scene): Promise<void> {
  const { services, say, flags, signal } = scene;
  const before = load.failed;
  await copy.kill();
  say(`killed ${copy.nick}`);
  await sleep(flags.pause, undefined, { signal });
  copy.start();
  const service = copy.nick.slice(0, copy.nick.lastIndexOf('-'));
  await services.available(service, { count: flags.copies, timeoutMs: READY_MS });
  say(`  ${copy.nick} is back; ${load.failed - before} calls failed meanwhile`);
}
