import {
  createEngine,
  type Engine,
  type Input,
  type PeerId,
  peerId,
  type Signer,
  seededRandom,
} from '@hearsay/core';
import { Ed25519Signer, newSeed, peerIdOf, signingKeysOf } from '@hearsay/node/wire';
import { clockMs } from '../../clock.js';
import { rateOf } from './rate.js';

/** Messages a second from one core engine to another in memory: both sides, sockets left out. */
export interface MessageRates {
  /** Messages that one signature covers. */
  readonly batch: number;
  readonly unsigned: number;
  readonly signed: number;
}

const payload: Uint8Array = Buffer.alloc(100, 0x2e);
const signatureBytes = 64;
/** So many, that keeping them does not become what is measured. */
const logMessagesMax = 10_000;
const link = 1;

export async function measureMessages(batch: number, durationMs: number): Promise<MessageRates> {
  return {
    batch,
    unsigned: await measureOne(unsignedPeer, batch, durationMs),
    signed: await measureOne(signedPeer, batch, durationMs),
  };
}

interface Author {
  readonly id: PeerId;
  readonly signer: Signer;
}

/** Signs with nothing and believes everything. */
function unsignedPeer(index: number): Author {
  const signature = new Uint8Array(signatureBytes);
  const id = peerId(`0${index}`.repeat(32));
  return { id, signer: { sign: () => signature, verify: () => true } };
}

function signedPeer(): Author {
  const keys = signingKeysOf(newSeed());
  return { id: peerIdOf(keys.publicKey), signer: new Ed25519Signer(keys) };
}

function measureOne(
  author: (index: number) => Author,
  batch: number,
  durationMs: number,
): Promise<number> {
  const pair = new EnginePair(author(1), author(2));
  return rateOf(durationMs, () => {
    pair.publish(batch);
    return batch;
  });
}

/** Two engines whose frames reach each other in order, at once. */
class EnginePair {
  readonly #near: Engine;
  readonly #far: Engine;
  /** Frames under way, with whom they are for. */
  readonly #wire: [Engine, Uint8Array][] = [];

  constructor(near: Author, far: Author) {
    this.#near = engineOf(near);
    this.#far = engineOf(far);
    for (const engine of [this.#near, this.#far]) this.#feed(engine, { kind: 'link-opened', link });
    this.#carry();
  }

  /** One turn of the event loop at its author, and all that follows from it. */
  publish(count: number): void {
    const before = this.#far.counters().messagesDelivered;
    for (let each = 0; each < count; each += 1) {
      const command = { kind: 'publish', topic: 'bench', payload } as const;
      this.#feed(this.#near, { kind: 'command', command });
    }
    for (const engine of [this.#near, this.#far]) {
      this.#feed(engine, { kind: 'wake' });
      this.#carry();
    }
    const arrived = this.#far.counters().messagesDelivered - before;
    if (arrived !== count) throw new Error(`${arrived} of ${count} messages arrived`);
  }

  #feed(engine: Engine, input: Input): void {
    const other = engine === this.#near ? this.#far : this.#near;
    for (const effect of engine.handle(input, now())) {
      if (effect.kind === 'send') this.#wire.push([other, effect.bytes]);
      if (effect.kind === 'close') throw new Error(`closed: ${effect.reason}`);
    }
  }

  #carry(): void {
    for (let next = this.#wire.shift(); next !== undefined; next = this.#wire.shift()) {
      const [engine, bytes] = next;
      this.#feed(engine, { kind: 'frames', link, bytes });
    }
  }
}

function engineOf({ id, signer }: Author): Engine {
  const engine = createEngine({
    id,
    signer,
    generation: 1,
    network: 'bench',
    meta: new Uint8Array(),
    // A turn is a batch, however soon after the last.
    config: { batchQuietMs: Number.POSITIVE_INFINITY, batchGapMs: 0 },
    random: seededRandom(id),
    limits: { logMessagesMax },
  });
  engine.handle({ kind: 'start', addresses: [] }, now());
  return engine;
}

function now() {
  return { monotonicMs: clockMs(), wallMs: Date.now() };
}
