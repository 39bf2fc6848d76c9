import { DEFAULT_CONFIG } from '../../src/config.js';
import type { PeerId } from '../../src/ids.js';
import { DEFAULT_LIMITS } from '../../src/limits.js';
import { HyParView } from '../../src/overlay/views/hyparview.js';
import type { ViewConfig, ViewEffect, ViewInput } from '../../src/overlay/views/view-types.js';
import { seededRandom } from '../../src/random.js';
import type { Contact, ViewFrame } from '../../src/wire/views.js';
import { peer } from './identities.js';

/** Its own id is in the middle of those of the tests. */
export const SELF = 0x50;

export function contactOf(byte: number): Contact {
  return { peer: peer(byte), addresses: [addressOf(byte)] };
}

export function addressOf(byte: number): string {
  return `host${byte}:1`;
}

/** Views whose links and clock are the test's. */
export class ViewBench {
  readonly view: HyParView;
  nowMs = 0;

  constructor(config: Partial<ViewConfig> = {}, seed = 'views') {
    this.view = new HyParView({
      self: () => contactOf(SELF),
      // Periods without jitter, so that a test can name the exact time.
      config: { ...DEFAULT_CONFIG, jitterPercent: 0, ...config },
      limits: { ...DEFAULT_LIMITS, walksPerLinkMax: 4, walksPerLinkPerSecondMax: 1 },
      random: seededRandom(seed),
      nowMs: 0,
    });
  }

  feed(input: ViewInput): readonly ViewEffect[] {
    return this.view.handle(input, this.nowMs);
  }

  link(byte: number, dialled = false): readonly ViewEffect[] {
    const address = dialled ? addressOf(byte) : undefined;
    return this.feed({ kind: 'linked', contact: contactOf(byte), dialled: address });
  }

  say(byte: number, frame: ViewFrame): readonly ViewEffect[] {
    return this.feed({ kind: 'frame', from: peer(byte), frame });
  }

  /** A link opened by another, that asks for a place and gets it. */
  neighbour(byte: number): void {
    this.link(byte);
    this.say(byte, { kind: 'neighbour', urgent: true });
  }

  /** Lets time pass, a tick at a time. */
  run(forMs: number): ViewEffect[] {
    const untilMs = this.nowMs + forMs;
    const effects: ViewEffect[] = [];
    while (this.view.dueMs <= untilMs) {
      this.nowMs = this.view.dueMs;
      effects.push(...this.feed({ kind: 'tick', members: 9 }));
    }
    this.nowMs = untilMs;
    return effects;
  }
}

/** The frames of one kind, with whom each is for. */
export function said<K extends ViewFrame['kind']>(
  effects: readonly ViewEffect[],
  kind: K,
): { to: PeerId; frame: Extract<ViewFrame, { kind: K }> }[] {
  return effects.flatMap((effect) => {
    if (effect.kind !== 'send' || effect.frame.kind !== kind) return [];
    return [{ to: effect.to, frame: effect.frame as Extract<ViewFrame, { kind: K }> }];
  });
}

/** The addresses dialled. */
export function dialled(effects: readonly ViewEffect[]): string[] {
  return effects.flatMap((effect) => (effect.kind === 'dial' ? [effect.address] : []));
}

/** Those whose links are let go. */
export function dropped(effects: readonly ViewEffect[]): PeerId[] {
  return effects.flatMap((effect) => (effect.kind === 'drop' ? [effect.peer] : []));
}
