import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const MAIN = fileURLToPath(new URL('../../dist/bundle/hearsay.js', import.meta.url));
/** Only a failure takes this long: ten processes for each core are slow, and not wrong. */
const PATIENCE_MS = 40_000;

export type Event = Readonly<Record<string, unknown>>;

/** A mesh of its own: name, profiles and run folder are nobody else's. */
export interface Mesh {
  readonly network: string;
  readonly environment: NodeJS.ProcessEnv;
  /** Starts the built program in this mesh. */
  start(...args: readonly string[]): Program;
}

let meshes = 0;

/** Ends with the test, and takes its processes and folders along. */
export function openMesh(): Mesh {
  const folder = mkdtempSync(path.join(tmpdir(), 'hearsay-test-'));
  const programs: Program[] = [];
  meshes += 1;
  const network = `test-${process.pid}-${meshes}`;
  const environment = {
    ...process.env,
    XDG_STATE_HOME: path.join(folder, 'state'),
    XDG_RUNTIME_DIR: folder,
    NO_COLOR: '1',
  };
  onTestFinished(async () => {
    await Promise.all(programs.map((program) => program.destroy()));
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    network,
    environment,
    start: (...args) => {
      const program = new Program(args, environment);
      programs.push(program);
      return program;
    },
  };
}

/** Arguments of a peer that finds the others only by `join`. */
export function alone(mesh: Mesh, ...join: readonly (string | undefined)[]): string[] {
  const dialled = join.filter((address) => address !== undefined);
  return [
    '--network',
    mesh.network,
    '--no-discover',
    ...dialled.flatMap((address) => ['--join', address]),
  ];
}

/** One process of the program under test. */
export class Program {
  readonly child: ChildProcessWithoutNullStreams;
  readonly exit: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  stdout = '';
  stderr = '';
  readonly #watchers = new Set<() => void>();

  constructor(args: readonly string[], environment: NodeJS.ProcessEnv) {
    this.child = spawn(process.execPath, [MAIN, ...args], { env: environment });
    this.child.stdin.on('error', () => undefined); // It may end before it read everything.
    const collect = (name: 'stdout' | 'stderr') => (chunk: Buffer) => {
      this[name] += chunk.toString();
      for (const watcher of this.#watchers) watcher();
    };
    this.child.stdout.on('data', collect('stdout'));
    this.child.stderr.on('data', collect('stderr'));
    this.exit = new Promise((resolve) => {
      this.child.once('close', (code, signal) => {
        resolve({ code, signal });
        for (const watcher of this.#watchers) watcher();
      });
    });
  }

  /** Objects written so far, of one type or of all. */
  events(type?: string): Event[] {
    const lines = this.stdout.split('\n').slice(0, -1);
    const events = lines.map((line) => JSON.parse(line) as Event);
    return events.filter((event) => type === undefined || event['type'] === type);
  }

  /** Waits for an object of a type that fits. */
  event(type: string, fits: (event: Event) => boolean = () => true): Promise<Event> {
    return this.until(`${type} event`, () => this.events(type).find(fits));
  }

  /** Waits until `look` finds something. */
  until<Found>(what: string, look: () => Found | undefined | false): Promise<Found> {
    const found = look();
    if (found !== undefined && found !== false) return Promise.resolve(found);
    return new Promise<Found>((resolve, reject) => {
      const finish = (): void => {
        clearTimeout(timer);
        this.#watchers.delete(watcher);
      };
      const watcher = (): void => {
        const seen = look();
        if (seen !== undefined && seen !== false) {
          finish();
          resolve(seen);
        }
      };
      const timer = setTimeout(() => {
        finish();
        reject(new Error(`no ${what} in time\nstdout: ${this.stdout}\nstderr: ${this.stderr}`));
      }, PATIENCE_MS);
      this.#watchers.add(watcher);
    });
  }

  /** Waits for a line on stderr. */
  complaint(part: string): Promise<string> {
    return this.until(`"${part}" on stderr`, () =>
      this.stderr.split('\n').find((line) => line.includes(part)),
    );
  }

  write(line: string | Uint8Array): void {
    this.child.stdin.write(line);
  }

  /** Sends a request and waits for the answer to it. */
  ask(request: Event): Promise<Event> {
    const ref = `ref-${this.events().length}`;
    this.write(`${JSON.stringify({ ...request, ref })}\n`);
    return this.until(`answer to ${String(request['type'])}`, () =>
      this.events().find((event) => event['ref'] === ref),
    );
  }

  /** Where others dial it. */
  async address(): Promise<string> {
    const { url } = await this.event('ready');
    return String(url).replace('ws://', '');
  }

  /** Exactly this process, by its own id. */
  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  async destroy(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) this.kill('SIGKILL');
    await this.exit;
  }
}
