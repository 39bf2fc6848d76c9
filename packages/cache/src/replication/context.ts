import {
  HearsayError,
  type HlcTime,
  type HybridLogicalClock,
  type Now,
  type PeerId,
  type Priority,
  type Random,
} from '@hearsay/core';
import { onlyVersion, type Survivor } from '../store/survivor.js';
import type { FrameCrypto } from '../wire/frame.js';
import { encodePost, type Post } from '../wire/post.js';
import { placesOf, writesOf } from '../wire/survivor-dates.js';
import type { Arrivals } from './arrivals.js';
import type { CacheRecordKind, Effect, ReplicationEvent } from './effect.js';
import type { Heads } from './heads.js';
import type { ReplicationLimits } from './limits.js';
import type { OwnStream } from './own-stream.js';
import type { ReplicatedStore } from './replicated-store.js';
import type { Vector } from './vector.js';

/** What happened, as numbers that only grow. */
export interface ReplicationCounters {
  framesSent: number;
  framesApplied: number;
  operationsApplied: number;
  framesRepeated: number;
  framesHeld: number;
  framesDropped: number;
  partsDropped: number;
  repairs: number;
  repairedEntries: number;
  forgotten: number;
  digestsCompared: number;
  divergences: number;
  reseeds: number;
  /** Questions of neighbours that had been told much already. */
  answersDelayed: number;
}

export function zeroCounters(): ReplicationCounters {
  return {
    framesSent: 0,
    framesApplied: 0,
    operationsApplied: 0,
    framesRepeated: 0,
    framesHeld: 0,
    framesDropped: 0,
    partsDropped: 0,
    repairs: 0,
    repairedEntries: 0,
    forgotten: 0,
    digestsCompared: 0,
    divergences: 0,
    reseeds: 0,
    answersDelayed: 0,
  };
}

/** What the machines of one cache share. */
export interface Context {
  readonly self: PeerId;
  readonly limits: ReplicationLimits;
  readonly crypto: FrameCrypto;
  readonly store: ReplicatedStore;
  readonly hlc: HybridLogicalClock;
  readonly random: Random;
  readonly counters: ReplicationCounters;
  readonly outbox: Outbox;
  readonly arrivals: Arrivals;
  /** Gap-free prefixes of what is applied here. */
  readonly vector: Vector;
  readonly heads: Heads;
  /** Last writes of survivors that came: beyond the vector they count for nothing yet. */
  readonly ahead: Vector;
  own: OwnStream;
  now: Now;
  /** Dates of everything applied here since the cache was opened or began anew are at or above this. */
  oldest: HlcTime | undefined;
}

/** Effects of the present step. */
export class Outbox {
  #effects: Effect[] = [];

  post(post: Post, to?: PeerId, priority: Priority = 'control'): void {
    this.bytes(encodePost(post), to, priority);
  }

  bytes(bytes: Uint8Array, to: PeerId | undefined, priority: Priority): void {
    this.#effects.push({ kind: 'post', bytes, to, priority });
  }

  record(record: CacheRecordKind, bytes: Uint8Array): void {
    this.#effects.push({ kind: 'record', record, bytes });
  }

  event(event: ReplicationEvent): void {
    this.#effects.push({ kind: 'event', event });
  }

  push(effect: Effect): void {
    this.#effects.push(effect);
  }

  take(): readonly Effect[] {
    if (this.#effects.length === 0) return NONE;
    const effects = this.#effects;
    this.#effects = [];
    return effects;
  }
}

const NONE: readonly Effect[] = [];

/**
 * Takes note of the date of a write of somebody else.
 * @throws HearsayError `malformed` when it lies too far ahead: it would win for ever
 */
export function witness(context: Context, time: HlcTime): void {
  if (!context.hlc.witness(time, context.now.wallMs)) {
    const ahead = Math.round((time.ms - context.now.wallMs) / 1_000);
    throw new HearsayError('malformed', `a write is dated ${ahead} s ahead of our clock`);
  }
  const { oldest } = context;
  if (oldest === undefined || time.ms < oldest.ms) context.oldest = time;
}

/**
 * Takes note of the writes that survivors are made of, before they are adopted: of all or of none.
 * @throws HearsayError `malformed`
 */
export function witnessSurvivors(
  context: Context,
  arrived: readonly { readonly survivor: Survivor }[],
): void {
  for (const { survivor } of arrived) {
    const only = onlyVersion(survivor);
    if (only !== undefined) witness(context, only);
    else for (const time of writesOf(survivor)) witness(context, time);
  }
  const { ahead } = context;
  for (const { survivor } of arrived) {
    const only = onlyVersion(survivor);
    if (only !== undefined) ahead.raise(only.stream, only.sequence);
    else for (const [stream, sequence] of placesOf(survivor)) ahead.raise(stream, sequence);
  }
}

/** Whether something of a repair that is not over, or of an answer, is shown here already. */
export function holdsMoreThanCounts({ vector, ahead }: Context): boolean {
  for (const [stream, sequence] of ahead.streams()) if (vector.get(stream) < sequence) return true;
  return false;
}
