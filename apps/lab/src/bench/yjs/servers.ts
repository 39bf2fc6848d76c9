import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { LabError } from '../../errors.js';
import type { Child } from '../../process/child.js';
import type { Children } from '../../process/children.js';

/** What serves documents to the clients of a bench. */
export interface DocumentServer {
  readonly label: string;
  /** Addresses to put a key behind; clients take turns. */
  readonly urls: readonly string[];
  readonly children: readonly Child[];
}

const AGENT = fileURLToPath(new URL('./agent.js', import.meta.url));
const START_MS = 20_000;

/** Peers of one mesh, each in a process of its own. */
export async function startPeers(children: Children, count: number): Promise<DocumentServer> {
  const all: Child[] = [];
  const ports: string[] = [];
  for (let index = 0; index < count; index++) {
    const [first] = ports;
    const join = first === undefined ? [] : [`127.0.0.1:${first}`];
    const { child, line } = await startChild(children, {
      label: `peer ${index}`,
      file: AGENT,
      args: join,
      isReady: (text) => text.startsWith('ready '),
    });
    all.push(child);
    ports.push(line.slice('ready '.length));
  }
  const label = count === 1 ? 'hearsay, one peer' : `hearsay, ${count} peers`;
  return { label, urls: ports.map((port) => `ws://127.0.0.1:${port}/yjs`), children: all };
}

/** The stock server, in memory. @param file its program */
export async function startStock(children: Children, file: string): Promise<DocumentServer> {
  const port = await freePort();
  const { child } = await startChild(children, {
    label: '@y/websocket-server',
    file,
    args: [],
    environment: { HOST: '127.0.0.1', PORT: String(port) },
    isReady: (text) => text.startsWith('running at'),
  });
  return { label: '@y/websocket-server', urls: [`ws://127.0.0.1:${port}`], children: [child] };
}

interface Start {
  readonly label: string;
  readonly file: string;
  readonly args: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly isReady: (line: string) => boolean;
}

function startChild(
  children: Children,
  { isReady, ...options }: Start,
): Promise<{ child: Child; line: string }> {
  return new Promise((resolve, reject) => {
    const fail = (): void => {
      reject(new LabError('timeout', `${options.label} did not start within ${START_MS} ms`));
    };
    const timer = setTimeout(fail, START_MS);
    const onLine = (line: string): void => {
      if (!isReady(line)) return;
      clearTimeout(timer);
      resolve({ child, line });
    };
    const child = children.start({ ...options, onLine });
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
