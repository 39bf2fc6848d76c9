import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Contract, contract, openServices } from '@hearsay/services';
import { WebSocketServer } from 'ws';
import { z } from 'zod';
import { type PeerFlags, startPeer, untilAsked } from '../service/start-peer.js';

/** What is called in benches: it gives back what it gets. */
export const ECHO: Contract<z.ZodString, z.ZodString> = contract('echo', {
  input: z.string(),
  output: z.string(),
});

export interface BenchCopyFlags extends PeerFlags {
  readonly nick: string;
  /** Milliseconds until the answer. */
  readonly delay: number;
  /** Each run is written here before the answer: what was written survives a SIGKILL. */
  readonly ledger?: string;
}

/** One copy of the service of the bench, as a process. */
export async function benchCopy(flags: BenchCopyFlags): Promise<void> {
  const peer = await startPeer(flags.nick, flags);
  const services = openServices(peer);
  const { ledger, delay } = flags;
  services.define(ECHO, async (text) => {
    if (ledger !== undefined) appendFileSync(ledger, `${text}\n`);
    if (delay > 0) await sleep(delay);
    return text;
  });
  await untilAsked();
  services.close();
  await peer.close();
}

/** A bare `ws` server that gives back every message; its port goes to whoever started it. */
export async function benchEcho(): Promise<void> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
  server.on('connection', (socket) => {
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
  });
  server.once('listening', () => process.send?.(server.address()));
  await untilAsked();
  server.close();
  for (const socket of server.clients) socket.terminate();
}
