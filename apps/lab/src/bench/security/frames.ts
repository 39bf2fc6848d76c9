import { once } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Opener, Sealer } from '@hearsay/node/wire';
import { WebSocket, WebSocketServer } from 'ws';
import { openSessions } from './handshakes.js';
import { rateOf } from './rate.js';

/** Messages of one size a second over a WebSocket on loopback, both ends in this process. */
export interface FrameRates {
  readonly bytes: number;
  readonly plain: number;
  readonly sealed: number;
}

/** So much is sent before the other end may read. */
const burstBytes = 256 * 1024;
const burstMessagesMax = 64;

export async function measureFrames(bytes: number, durationMs: number): Promise<FrameRates> {
  const [near, far, close] = await openPair();
  try {
    const plain = await measureOne(near, far, bytes, durationMs, (message) => message, asItIs);
    const { dialler, listener } = openSessions();
    const sealer = new Sealer(dialler.keys.sending);
    const opener = new Opener(listener.keys.receiving);
    const sealed = await measureOne(
      near,
      far,
      bytes,
      durationMs,
      (message) => sealer.seal(message),
      (message) => opener.open(message) !== undefined,
    );
    return { bytes, plain, sealed };
  } finally {
    await close();
  }
}

async function measureOne(
  near: WebSocket,
  far: WebSocket,
  bytes: number,
  durationMs: number,
  write: (message: Uint8Array) => Uint8Array,
  read: (message: Buffer) => boolean,
): Promise<number> {
  const message = Buffer.alloc(bytes, 0x2e);
  const burst = Math.max(1, Math.min(burstMessagesMax, Math.floor(burstBytes / bytes)));
  let arrived = 0;
  const onMessage = (data: Buffer) => {
    if (read(data)) arrived += 1;
  };
  far.on('message', onMessage);
  try {
    return await rateOf(durationMs, async () => {
      arrived = 0;
      for (let count = 0; count < burst; count += 1) near.send(write(message));
      while (arrived < burst) await nextTurn();
      return burst;
    });
  } finally {
    far.off('message', onMessage);
  }
}

const asItIs = (): boolean => true;

/** As links open theirs: no compression, and a mask of zeros. */
async function openPair(): Promise<[WebSocket, WebSocket, () => Promise<void>]> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('it has no port');
  const accepted = once(server, 'connection');
  const near = new WebSocket(`ws://127.0.0.1:${address.port}`, {
    perMessageDeflate: false,
    generateMask: () => {},
  });
  await once(near, 'open');
  const [far] = (await accepted) as [WebSocket];
  const close = async () => {
    near.terminate();
    far.terminate();
    server.close();
    await once(server, 'close');
  };
  return [near, far, close];
}
