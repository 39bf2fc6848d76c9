import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { LabError, type LabErrorCode } from '../errors.js';
import { endGraceMs } from '../limits.js';
import { Child, type ChildOptions } from './child.js';

const signalNumbers = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 } as const;

/** All processes and the temporary folder of one run of the lab. */
export interface Children {
  /** Aborted when a process ends by surprise or prints nonsense; every wait of a run takes it. */
  readonly failure: AbortSignal;
  /** A folder for their files, removed in the end. */
  readonly folder: string;
  start(options: ChildOptions): Child;
  /** Kills all that still run, and waits until they are gone. */
  endAll(): Promise<void>;
}

/**
 * Runs `work` with processes that do not outlive it: not when it fails, not on Ctrl-C, and not when
 * the lab itself crashes.
 */
export async function withChildren<T>(work: (children: Children) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(path.join(tmpdir(), `hearsay-lab-${process.pid}-`));
  const children = new RunningChildren(folder);
  // `exit` also comes after an uncaught error; only synchronous work is done then.
  const onExit = () => children.killAtExit();
  process.on('exit', onExit);
  const stopListening = exitOnSignals(children);
  try {
    return await work(children);
  } finally {
    await children.endAll();
    removeFolder(folder);
    stopListening();
    process.off('exit', onExit);
  }
}

class RunningChildren implements Children {
  readonly folder: string;
  readonly #all = new Set<Child>();
  readonly #failure = new AbortController();

  constructor(folder: string) {
    this.folder = folder;
  }

  get failure(): AbortSignal {
    return this.#failure.signal;
  }

  start(options: ChildOptions): Child {
    const onLine = (line: string, atMs: number) => {
      try {
        options.onLine(line, atMs);
      } catch (error) {
        this.#fail('bad-output', `${options.label} printed what cannot be read: ${String(error)}`);
      }
    };
    const child = new Child({ ...options, onLine });
    this.#all.add(child);
    child.ended.then(
      ({ code, signal }) => {
        this.#all.delete(child);
        if (child.mayEnd) return;
        const how = signal === null ? `with exit code ${code}` : `by ${signal}`;
        const why = child.diagnosis || 'it said nothing';
        this.#fail('child-ended', `${child.label} ended ${how}: ${why}`);
      },
      (error: unknown) => {
        this.#all.delete(child);
        this.#fail('child-ended', `${child.label} could not be started: ${String(error)}`);
      },
    );
    return child;
  }

  async endAll(): Promise<void> {
    const all = [...this.#all];
    for (const child of all) child.kill();
    const timer = new AbortController();
    await Promise.race([
      Promise.allSettled(all.map((child) => child.ended)),
      // A process that the kernel will not let go must not hold the report back.
      delay(endGraceMs, timer.signal),
    ]);
    timer.abort();
  }

  killAtExit(): void {
    for (const child of this.#all) child.kill();
    removeFolder(this.folder);
  }

  #fail(code: LabErrorCode, message: string): void {
    this.#failure.abort(new LabError(code, message));
  }
}

/** Ctrl-C and its like end the processes first; a second one does not wait until they are gone. */
function exitOnSignals(children: RunningChildren): () => void {
  const listeners = Object.entries(signalNumbers).map(([name, number]) => {
    let asked = false;
    const exit = () => process.exit(128 + number);
    const listener = () => {
      if (asked) exit();
      asked = true;
      children.endAll().then(exit, exit);
    };
    process.on(name, listener);
    return () => process.off(name, listener);
  });
  return () => {
    for (const stop of listeners) stop();
  };
}

function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}

function delay(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
