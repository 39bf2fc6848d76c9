import { type Config, DEFAULT_CONFIG } from '../../src/config.js';
import type { Context } from '../../src/context.js';
import { Deadlines } from '../../src/deadlines.js';
import type { Effect } from '../../src/effect.js';
import { DEFAULT_LIMITS, type Limits } from '../../src/limits.js';
import { ALL_DEFENCES, type Defences } from '../../src/membership/defences.js';
import { Outbox } from '../../src/outbox.js';
import type { Self } from '../../src/self.js';
import { OwnRecord } from '../../src/trust/own-record.js';
import { zeroCounters } from '../../src/view.js';
import { decodeFrames, type ReadFrame } from '../../src/wire/frame.js';
import { peer } from './identities.js';
import { notaryOf } from './signer.js';

/** An effect with its bytes taken apart, so that a test compares what is said and not how. */
export type ReadEffect =
  | Exclude<Effect, { kind: 'send' }>
  | { readonly kind: 'send'; readonly link: number; readonly frame: ReadFrame };

/** A real context whose clock the test turns. */
export interface TestContext {
  readonly context: Context;
  /** Moves both clocks. */
  at(monotonicMs: number): void;
  /** Effects since the last call, frames decoded, one entry a frame. */
  take(): ReadEffect[];
}

export const START_MS = 1_000;
export const WALL_OFFSET_MS = 1_700_000_000_000;

export interface ContextOptions {
  readonly config?: Partial<Config>;
  readonly defences?: Partial<Defences>;
  readonly limits?: Partial<Limits>;
  readonly self?: Partial<Self>;
}

export function testContext({ config, defences, limits, self }: ContextOptions = {}): TestContext {
  const counters = zeroCounters();
  const ourselves: Self = {
    id: peer(0x50),
    generation: 1,
    network: 'test',
    nonce: 7,
    incarnation: 0,
    metaVersion: 1,
    meta: new Uint8Array(0),
    addresses: ['self:1'],
    ...self,
  };
  const notary = notaryOf(ourselves.id);
  const context: Context = {
    self: ourselves,
    // Periods without jitter, so that a test can name the exact time.
    config: { ...DEFAULT_CONFIG, jitterPercent: 0, ...config },
    defences: { ...ALL_DEFENCES, ...defences },
    limits: { ...DEFAULT_LIMITS, ...limits },
    counters,
    notary,
    ownRecord: new OwnRecord(ourselves, notary),
    deadlines: new Deadlines(),
    outbox: new Outbox(counters),
    now: { monotonicMs: START_MS, wallMs: WALL_OFFSET_MS + START_MS },
  };
  return {
    context,
    at: (monotonicMs) => {
      context.now = { monotonicMs, wallMs: WALL_OFFSET_MS + monotonicMs };
    },
    take: () => readEffects(context.outbox.take()),
  };
}

export function readEffects(effects: readonly Effect[]): ReadEffect[] {
  return effects.flatMap((effect): ReadEffect[] => {
    if (effect.kind !== 'send') return [effect];
    const frames = [...decodeFrames(effect.bytes, DEFAULT_LIMITS)];
    return frames.map((frame) => ({ kind: 'send', link: effect.link, frame }));
  });
}

/** The frames of one kind that were sent, with the link of each. */
export function sent<K extends ReadFrame['kind']>(
  effects: readonly ReadEffect[],
  kind: K,
): { link: number; frame: Extract<ReadFrame, { kind: K }> }[] {
  return effects.flatMap((effect) => {
    if (effect.kind !== 'send' || effect.frame.kind !== kind) return [];
    return [{ link: effect.link, frame: effect.frame as Extract<ReadFrame, { kind: K }> }];
  });
}

/** The events among effects. */
export function events(
  effects: readonly ReadEffect[],
): Extract<ReadEffect, { kind: 'event' }>['event'][] {
  return effects.flatMap((effect) => (effect.kind === 'event' ? [effect.event] : []));
}
