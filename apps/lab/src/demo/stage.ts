import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ChatPeer } from '../chat/chat-peer.js';
import { checkLogs, type Verdict } from '../check/checker.js';
import { Watch } from '../observe/watch.js';
import type { Children } from '../process/children.js';

export interface StageOptions {
  readonly children: Children;
  readonly chatFile: string;
  readonly network: string;
}

/** The peers of a story: who lives, who was killed, and what all of them printed. */
export class Stage {
  readonly live: ChatPeer[] = [];
  /** Ids of all messages that a peer accepted. */
  readonly said: string[] = [];
  readonly #killed: ChatPeer[] = [];
  readonly #watch = new Watch();
  readonly #options: StageOptions;

  constructor(options: StageOptions) {
    this.#options = options;
  }

  /** Starts the chat program as a user does, but with folders and a network of its own. */
  start(nick: string): ChatPeer {
    const { children, chatFile, network } = this.#options;
    const peer = new ChatPeer({
      children,
      file: chatFile,
      nick,
      args: ['--network', network],
      environment: {
        XDG_STATE_HOME: path.join(children.folder, 'state'),
        XDG_RUNTIME_DIR: path.join(children.folder, 'run'),
      },
      watch: this.#watch,
    });
    this.live.push(peer);
    return peer;
  }

  /** SIGKILL, all at once. */
  kill(peers: readonly ChatPeer[]): void {
    for (const peer of peers) {
      this.live.splice(this.live.indexOf(peer), 1);
      this.#killed.push(peer);
      peer.child.kill();
    }
  }

  until<T>(what: string, timeoutMs: number, look: () => T | undefined): Promise<T> {
    return this.#watch.until(look, {
      what,
      timeoutMs,
      signal: this.#options.children.failure,
    });
  }

  /** Every live peer sees all the others, holds all that was said, and is in sync with one hash. */
  agrees(): boolean {
    const others = this.live.length - 1;
    const hashes = new Set(this.live.map(({ sync }) => sync?.hash));
    const settled = this.live.every(
      ({ sync }) =>
        sync?.inSync === true && sync.live === others && sync.messages === this.said.length,
    );
    return settled && hashes.size === 1;
  }

  /** Deaths that a peer told of somebody who had not been killed, in words. */
  falseDeaths(): readonly string[] {
    const killed = new Set(this.#killed.map(({ id }) => id));
    return [...this.live, ...this.#killed].flatMap((peer) =>
      peer
        .everIn('dead')
        .filter((id) => !killed.has(id))
        .map((id) => `${peer.nick} called ${id} dead, which had not been killed`),
    );
  }

  /** The proof, from what each peer printed and nothing else. */
  check(): Verdict {
    const logs = [
      ...this.live.map((peer) => peer.log(true)),
      ...this.#killed.map((peer) => peer.log(false)),
    ];
    return checkLogs(logs, this.said);
  }

  /** Keeps what each run of a peer printed, a file each. */
  async writeLogs(folder: string): Promise<void> {
    await mkdir(folder, { recursive: true });
    const runs = [...this.#killed, ...this.live];
    for (const [index, { nick, lines }] of runs.entries()) {
      const text = lines.map((line) => `${line}\n`).join('');
      await writeFile(path.join(folder, `${index + 1}-${nick}.ndjson`), text);
    }
  }
}
