import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface CopyOptions {
  readonly nick: string;
  readonly args: readonly string[];
}

const MAIN = fileURLToPath(new URL('../main.js', import.meta.url));

/** One copy of a service as a process that can be killed and started again. */
export class CopyProcess {
  readonly nick: string;
  readonly #args: readonly string[];
  #child: ChildProcess | undefined;

  constructor({ nick, args }: CopyOptions) {
    this.nick = nick;
    this.#args = args;
  }

  get isRunning(): boolean {
    return this.#child !== undefined;
  }

  /** It ends by itself when this process does. */
  start(): void {
    const child = fork(MAIN, this.#args, {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      execArgv: [],
    });
    this.#child = child;
    child.once('exit', () => {
      if (this.#child === child) this.#child = undefined;
    });
  }

  /** SIGKILL; resolves when it is gone. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    this.#child = undefined;
    await new Promise<void>((resolve) => {
      child.once('exit', () => resolve());
      child.kill('SIGKILL');
    });
  }
}
