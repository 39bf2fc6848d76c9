import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { clockMs } from '../../clock.js';
import type { Latencies } from './mesh.js';

const PROGRAM = 'redis-server';
const APART_MS = 4;
const VALUE = 'x'.repeat(100);
const READY_MS = 30_000;

/** Why there is no Redis to compare with, or undefined. */
export function redisAbsence(): string | undefined {
  const { error, status } = spawnSync(PROGRAM, ['--version'], { stdio: 'ignore' });
  return error === undefined && status === 0 ? undefined : `${PROGRAM} is not installed`;
}

/** A set of a master until both of its replicas tell that they have it. */
export async function measureRedis(sets: number): Promise<Latencies> {
  const ports = await Promise.all([freePort(), freePort(), freePort()]);
  const [master = 0, ...replicas] = ports;
  // What replicas take over at first goes through a file.
  const folder = await mkdtemp(path.join(tmpdir(), 'hearsay-redis-'));
  const common = [
    '--dir',
    folder,
    '--save',
    '',
    '--appendonly',
    'no',
    '--notify-keyspace-events',
    'K$',
  ];
  const servers = ports.map((port) => {
    const role = port === master ? [] : ['--replicaof', '127.0.0.1', String(master)];
    const args = ['--port', String(port), '--bind', '127.0.0.1', ...common, ...role];
    return spawn(PROGRAM, [...args, '--repl-diskless-sync-delay', '0'], { stdio: 'ignore' });
  });
  try {
    return await trickle(await opened(master), await Promise.all(replicas.map(opened)), sets);
  } finally {
    for (const server of servers) server.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** @returns milliseconds from the start of a replica until it holds all the keys of its master */
export async function measureRedisResync(keys: number): Promise<number> {
  const [port = 0, replicaPort = 0] = await Promise.all([freePort(), freePort()]);
  const folder = await mkdtemp(path.join(tmpdir(), 'hearsay-redis-'));
  const common = ['--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'no'];
  const start = (...args: readonly string[]) =>
    spawn(PROGRAM, [...common, '--repl-diskless-sync-delay', '0', ...args], { stdio: 'ignore' });
  const servers = [start('--port', String(port))];
  try {
    const master = await opened(port);
    master.resume();
    for (let key = 0; key < keys; key++) master.write(command('SET', `fill:${key}`, VALUE));
    await until(master, ['DBSIZE'], `:${keys}\r\n`);
    const startedMs = clockMs();
    servers.push(start('--port', String(replicaPort), '--replicaof', '127.0.0.1', String(port)));
    const replica = await opened(replicaPort);
    await until(replica, ['INFO', 'replication'], 'master_link_status:up');
    await until(replica, ['DBSIZE'], `:${keys}\r\n`);
    const tookMs = clockMs() - startedMs;
    for (const socket of [master, replica]) socket.destroy();
    return tookMs;
  } finally {
    for (const server of servers) server.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Asks until the answer says so. */
async function until(socket: Socket, words: readonly string[], what: string): Promise<void> {
  const untilMs = clockMs() + READY_MS;
  let text = '';
  const onData = (part: Buffer | string): void => {
    text = (text + part.toString()).slice(-8_192);
  };
  socket.on('data', onData);
  while (!text.includes(what)) {
    if (clockMs() > untilMs) throw new Error(`${PROGRAM} does not say ${JSON.stringify(what)}`);
    socket.write(command(...words));
    await pause(5);
  }
  socket.off('data', onData);
}

async function trickle(
  master: Socket,
  replicas: readonly Socket[],
  sets: number,
): Promise<Latencies> {
  const arrivals = new Map<number, number[]>();
  for (const replica of replicas) {
    replica.setEncoding('latin1');
    replica.on('data', (text: string) => {
      for (const [, index = ''] of text.matchAll(/__:trickle:(\d+)\r\n\$3\r\nset/g)) {
        arrivals.get(Number(index))?.push(clockMs());
      }
    });
    replica.write(command('PSUBSCRIBE', '__keyspace@0__:trickle:*'));
  }
  await replicating(master, replicas.length);
  master.resume();
  const samples: number[] = [];
  for (let index = 0; index < sets; index++) {
    const at: number[] = [];
    arrivals.set(index, at);
    const sentMs = clockMs();
    master.write(command('SET', `trickle:${index}`, VALUE));
    await pause(APART_MS);
    for (let tries = 0; at.length < replicas.length && tries < 500; tries++) await pause(2);
    if (at.length === replicas.length) samples.push(Math.max(...at) - sentMs);
  }
  for (const socket of [master, ...replicas]) socket.destroy();
  return { samples, missing: sets - samples.length, besideRate: 0 };
}

/** Resolves when the master has so many replicas that follow. */
async function replicating(master: Socket, count: number): Promise<void> {
  const untilMs = clockMs() + READY_MS;
  let text = '';
  master.setEncoding('latin1');
  master.on('data', (part: string) => {
    text = (text + part).slice(-8_192);
  });
  while ((text.match(/state=online/g)?.length ?? 0) < count && clockMs() < untilMs) {
    text = '';
    master.write(command('INFO', 'replication'));
    await pause(100);
  }
}

async function opened(port: number): Promise<Socket> {
  const untilMs = clockMs() + READY_MS;
  for (;;) {
    const socket = await new Promise<Socket | undefined>((resolve) => {
      const trying = connect({ port, host: '127.0.0.1', noDelay: true });
      trying.once('connect', () => resolve(trying));
      trying.once('error', () => resolve(undefined));
    });
    if (socket !== undefined) return socket;
    if (clockMs() > untilMs) throw new Error(`${PROGRAM} does not listen on ${port}`);
    await pause(20);
  }
}

function command(...words: readonly string[]): string {
  return `*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join('')}`;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        resolve(typeof address === 'object' && address !== null ? address.port : 0),
      );
    });
  });
}
