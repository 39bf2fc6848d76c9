import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { clockMs } from '../clock.js';
import { diagnosticLinesMax } from '../limits.js';
import { forEachLine } from './lines.js';

/** How a process ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface ChildOptions {
  /** What reports call it. */
  readonly label: string;
  /** A JavaScript file, run by the Node that runs the lab. */
  readonly file: string;
  readonly args: readonly string[];
  /** Added to the environment of the lab. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Arguments of Node itself. */
  readonly nodeArgs?: readonly string[];
  /** Each line that it prints, with the time of its arrival. */
  readonly onLine: (line: string, atMs: number) => void;
  /** Each line of its stderr, likewise. */
  readonly onDiagnostic?: (line: string, atMs: number) => void;
}

/** One process that the lab started. Signals go to its process id, never to a name or a group. */
export class Child {
  readonly label: string;
  readonly startedAtMs: number;
  /** Resolves when it has ended and all it printed was read. */
  readonly ended: Promise<Exit>;
  /** True from the moment on that its end is no surprise. */
  mayEnd = false;
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #diagnostics: string[] = [];

  constructor(options: ChildOptions) {
    this.label = options.label;
    this.startedAtMs = clockMs();
    this.#process = spawn(
      process.execPath,
      [...(options.nodeArgs ?? []), options.file, ...options.args],
      { env: { ...process.env, ...options.environment }, stdio: ['pipe', 'pipe', 'pipe'] },
    );
    forEachLine(this.#process.stdout, (line) => options.onLine(line, clockMs()));
    forEachLine(this.#process.stderr, (line) => {
      this.#keepDiagnostic(line);
      options.onDiagnostic?.(line, clockMs());
    });
    // A pipe to a killed process breaks; `ended` tells that it is gone.
    this.#process.stdin.on('error', () => undefined);
    this.ended = new Promise((resolve, reject) => {
      this.#process.once('error', reject);
      this.#process.once('close', (code, signal) => resolve({ code, signal }));
    });
  }

  get processId(): number | undefined {
    return this.#process.pid;
  }

  get running(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null;
  }

  /** The line of its stderr that most likely says why it ended, or nothing. */
  get diagnosis(): string {
    const error = this.#diagnostics.find((line) => /error/i.test(line));
    return error ?? this.#diagnostics.at(-1) ?? '';
  }

  /** Writes one line of JSON to its standard input. */
  send(command: object): void {
    this.write(JSON.stringify(command));
  }

  /** Writes one line to its standard input. */
  write(line: string): void {
    this.#process.stdin.write(`${line}\n`);
  }

  /** Ends its standard input; our agents then end by themselves. */
  endInput(): void {
    this.mayEnd = true;
    this.#process.stdin.end();
  }

  /** Sends a signal to exactly this process; false when it has already ended. */
  signal(signal: NodeJS.Signals): boolean {
    return this.running && this.#process.kill(signal);
  }

  /** SIGKILL, expected: nobody is told that it ended by surprise. */
  kill(): void {
    this.mayEnd = true;
    this.signal('SIGKILL');
  }

  #keepDiagnostic(line: string): void {
    if (line.trim() === '') return;
    this.#diagnostics.push(line);
    if (this.#diagnostics.length > diagnosticLinesMax) this.#diagnostics.shift();
  }
}
