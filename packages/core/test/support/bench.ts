import type { Config } from '../../src/config.js';
import { createEngine } from '../../src/engine.js';
import type { Engine } from '../../src/engine-api.js';
import type { PeerId } from '../../src/ids.js';
import type { Input, LinkId } from '../../src/input.js';
import type { Limits } from '../../src/limits.js';
import type { MemberUpdate } from '../../src/membership/member.js';
import { seededRandom } from '../../src/random.js';
import type { MemberView } from '../../src/view.js';
import { type Batch, type BatchRecord, encodeBatch } from '../../src/wire/batch.js';
import { encodeFrame, type Frame } from '../../src/wire/frame.js';
import type { Goodbye } from '../../src/wire/goodbye.js';
import { type Hello, VERSION_MAX, VERSION_MIN } from '../../src/wire/hello.js';
import type { UnsignedRecord } from '../../src/wire/member-record.js';
import { type ReadEffect, readEffects, START_MS, WALL_OFFSET_MS } from './context.js';
import { ascii, peer } from './identities.js';
import { NETWORK, notaryOf, testSigner } from './signer.js';

/** The peer under test. */
export const SELF: PeerId = peer(0x50);

/** Every batch leaves at the end of its turn, unless a test is about the time between batches. */
const AT_TURN_END = { batchQuietMs: Number.POSITIVE_INFINITY, batchGapMs: 0 };

/** One engine whose other side is written by the test, frame by frame. */
export class Bench {
  readonly engine: Engine;
  nowMs = START_MS;
  #wakeMs = Number.POSITIVE_INFINITY;
  #links = 0;

  constructor(options: { id?: PeerId; config?: Partial<Config>; limits?: Partial<Limits> } = {}) {
    this.engine = createEngine({
      id: options.id ?? SELF,
      generation: 1,
      network: NETWORK,
      meta: ascii('self'),
      signer: testSigner(options.id ?? SELF),
      random: seededRandom('bench'),
      config: { ...AT_TURN_END, jitterPercent: 0, ...options.config },
      limits: options.limits ?? {},
    });
    this.feed({ kind: 'start', addresses: ['self:1'] });
  }

  feed(input: Input): ReadEffect[] {
    const effects = this.engine.handle(input, this.#now());
    for (const effect of effects) if (effect.kind === 'wake') this.#wakeMs = effect.atMs;
    return readEffects(effects);
  }

  /** Opens a link that the other side dialled, and lets it say hello. */
  open(byte: number, hello: Partial<Hello> = {}, dialled?: string): LinkId {
    this.#links += 1;
    const link = this.#links;
    this.feed({ kind: 'link-opened', link, ...(dialled === undefined ? {} : { dialled }) });
    this.say(link, helloOf(byte, { wallMs: this.#now().wallMs, ...hello }));
    return link;
  }

  say(link: LinkId, ...frames: readonly Frame[]): ReadEffect[] {
    return frames.flatMap((frame) => this.sayBytes(link, encodeFrame(frame)));
  }

  sayBytes(link: LinkId, bytes: Uint8Array): ReadEffect[] {
    return this.feed({ kind: 'frames', link, bytes });
  }

  /** The connection breaks without a word. */
  break(link: LinkId): ReadEffect[] {
    return this.feed({ kind: 'link-closed', link, closure: { code: 1006, reason: 'broken' } });
  }

  publish(text: string, topic = 'room'): ReadEffect[] {
    return this.feed({
      kind: 'command',
      command: { kind: 'publish', topic, payload: ascii(text) },
    });
  }

  /** Lets time pass; every wish for a wake comes true on time. */
  run(forMs: number): ReadEffect[] {
    const endMs = this.nowMs + forMs;
    const effects: ReadEffect[] = [];
    while (this.#wakeMs <= endMs) {
      this.nowMs = Math.max(this.nowMs, this.#wakeMs);
      this.#wakeMs = Number.POSITIVE_INFINITY;
      effects.push(...this.feed({ kind: 'wake' }));
    }
    this.nowMs = endMs;
    return effects;
  }

  member(byte: number): MemberView | undefined {
    return this.engine.status(this.#now()).members.find((view) => view.peer === peer(byte));
  }

  #now(): { monotonicMs: number; wallMs: number } {
    return { monotonicMs: this.nowMs, wallMs: WALL_OFFSET_MS + this.nowMs };
  }
}

/** What a member says of itself that has nothing to say. */
const NOTHING_SAID: UnsignedRecord = {
  generation: 1,
  incarnation: 0,
  addresses: [],
  metaVersion: 1,
  meta: new Uint8Array(0),
};

export function helloOf(byte: number, over: Partial<Hello> = {}): Hello {
  const hello = {
    kind: 'hello',
    versionMin: VERSION_MIN,
    versionMax: VERSION_MAX,
    network: 'test',
    wallMs: WALL_OFFSET_MS + START_MS,
    nonce: byte,
    peer: peer(byte),
    ...NOTHING_SAID,
    ...over,
  } as const;
  return { ...hello, signature: over.signature ?? signedBy(hello.peer, 'alive', hello) };
}

/** News that `from` tells of a member, which signed its part. */
export function updateOf(byte: number, over: Partial<MemberUpdate> = {}): MemberUpdate {
  const news = {
    peer: peer(byte),
    state: 'alive',
    from: peer(byte),
    ...NOTHING_SAID,
    ...over,
  } as const;
  return { ...news, signature: over.signature ?? signedBy(news.peer, news.state, news) };
}

/** The last word of a member, as it says it on its own link. */
export function goodbyeOf(byte: number, over: Partial<UnsignedRecord> = {}): Goodbye {
  const record = { ...NOTHING_SAID, ...over };
  return { kind: 'goodbye', ...record, signature: signedBy(peer(byte), 'left', record) };
}

function signedBy(by: PeerId, state: MemberUpdate['state'], record: UnsignedRecord): Uint8Array {
  return notaryOf(by).signRecord(by, state === 'left', record);
}

export function recordOf(text: string, over: Partial<BatchRecord> = {}): BatchRecord {
  const time = { ms: WALL_OFFSET_MS + START_MS, counter: 0 };
  return { topic: 'room', payload: ascii(text), time, ...over };
}

/** The bytes of a batch of peer `byte`, one message unless records are given. */
export function batchBytes(
  byte: number,
  firstSequence: number,
  over: Partial<Omit<Batch, 'count'>> = {},
): Uint8Array {
  const records = over.records ?? [recordOf(`${byte}:${firstSequence}`)];
  const origin = over.origin ?? peer(byte);
  const count = records.length;
  return encodeBatch(
    { origin, generation: 1, firstSequence, causes: [], ...over, count, records },
    notaryOf(origin).signBatch,
  ).bytes;
}

export function batchOf(...parts: Parameters<typeof batchBytes>): Frame {
  return { kind: 'batch', bytes: batchBytes(...parts) };
}
