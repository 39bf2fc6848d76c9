import { describe, expect, it } from 'vitest';
import { peerId, streamId } from '../../src/ids.js';
import { CausalLog } from '../../src/log/causal-log.js';
import { Census } from '../../src/roster/census.js';
import { Holdings } from '../../src/sync/holdings.js';
import type { StatusView } from '../../src/view.js';
import { batchBytes } from '../support/bench.js';
import { sent } from '../support/context.js';
import { peer, stream } from '../support/identities.js';
import { MembershipWorld } from '../support/membership-world.js';
import { isBatchBy } from '../support/signer.js';

const A = 0x60;
const B = 0x61;
const ORIGIN = 0x70;

/** A peer that holds the first messages of a third peer's stream, and two neighbours. */
class HoldingsWorld extends MembershipWorld {
  readonly log: CausalLog;
  readonly holdings: Holdings;

  constructor(held = 2) {
    super();
    const { limits, counters } = this.time.context;
    this.log = new CausalLog({ limits, counters, isBatchBy });
    this.holdings = new Holdings(this.time.context, this.log, this.links, {
      members: this.members,
      census: new Census(),
    });
    this.meet(A);
    this.meet(B);
    this.receive(1, held);
    this.holdings.tell();
    this.time.context.deadlines.clear();
    this.time.take();
  }

  receive(from: number, to: number): void {
    for (let sequence = from; sequence <= to; sequence++) {
      this.log.receive(batchBytes(ORIGIN, sequence));
    }
    this.holdings.rose(this.log.takeRisen());
  }

  told(byte: number, sequence: number): void {
    this.holdings.told(this.member(byte), [[stream(ORIGIN), sequence]]);
  }

  view(byte: number): StatusView['members'][number]['sync'] {
    return this.holdings.view(this.member(byte));
  }

  /** The neighbour to pull from, if the timer fires at this time after the start. */
  overdueAt(afterMs: number): string | undefined {
    this.time.at(1_000 + afterMs);
    return this.holdings.overdue();
  }
}

const summary = (made: HoldingsWorld) => ({ state: made.log.hash, table: 0 });
const differing = { state: { high: 1, low: 1 }, table: 0 };

describe('what a neighbour tells that it holds', () => {
  it('says by how many messages it is behind or ahead', () => {
    const made = new HoldingsWorld();
    expect(made.view(A)).toMatchObject({ lacks: 2, ahead: 0, inSync: false, atMs: undefined });
    made.told(A, 1);
    expect(made.view(A)).toMatchObject({ lacks: 1, ahead: 0, inSync: false, atMs: 1_000 });
    made.told(A, 2);
    expect(made.view(A)).toMatchObject({ lacks: 0, ahead: 0, inSync: true });
    made.told(A, 5);
    expect(made.view(A)).toMatchObject({ lacks: 0, ahead: 3, inSync: false });
  });

  it('counts for so many streams of nobody known, and a part of them again after a while', () => {
    const made = new HoldingsWorld();
    const { strangeStreamsPerLinkMax: max } = made.time.context.limits;
    let named = 0;
    const tell = (count: number): void => {
      const entries = Array.from({ length: count }, () => {
        named += 1;
        return [streamId(peerId(named.toString(16).padStart(32, '0')), 1), 1] as const;
      });
      made.holdings.told(made.member(A), entries);
    };
    tell(max + 10);
    expect(made.view(A).ahead).toBe(max);
    expect(made.time.context.counters.strangeStreamsIgnored).toBe(10);
    // What it told of already rises as before, and so does what is here or by somebody known.
    made.holdings.told(made.member(A), [[streamId(peerId('1'.padStart(32, '0')), 1), 3]]);
    expect(made.view(A).ahead).toBe(max + 2);
    made.time.at(1_000 + 30_000);
    tell(max);
    expect(made.view(A).ahead).toBe(max + 2 + max / 2);
    // Nobody keeps that many.
    const { streamsMax } = made.time.context.limits;
    expect(() => tell(5 * streamsMax)).toThrow('more streams than anybody keeps');
    expect(made.time.context.counters.claimsForged).toBe(1);
  });

  it('is the receipt of a message', () => {
    const made = new HoldingsWorld();
    const receipt = (sequence: number) =>
      made.holdings.receipt({ peer: peer(ORIGIN), generation: 1, sequence });
    expect(receipt(1)).toEqual({ held: 0, live: 2 });
    made.told(A, 1);
    made.told(B, 2);
    expect([receipt(1), receipt(2)]).toEqual([
      { held: 2, live: 2 },
      { held: 1, live: 2 },
    ]);
    made.hear(B, { state: 'suspect' });
    expect(receipt(1)).toEqual({ held: 1, live: 1 });
  });

  it('is let go of once it holds the same: then what is not here is over at both', () => {
    const made = new HoldingsWorld();
    made.told(A, 2);
    made.holdings.told(made.member(A), [[streamId(peer(ORIGIN), 3), 1]]);
    expect(made.view(A)).toMatchObject({ lacks: 0, ahead: 1, inSync: false });
    made.holdings.compared(made.member(A), summary(made));
    expect(made.view(A)).toMatchObject({ lacks: 0, ahead: 0, inSync: true });
  });

  it('may be told by the hash of a probe: equal hashes, equal holdings', () => {
    const made = new HoldingsWorld();
    made.holdings.compared(made.member(A), summary(made));
    expect(made.view(A)).toMatchObject({ lacks: 0, ahead: 0, inSync: true, atMs: 1_000 });
  });
});

describe('what a batch waits for', () => {
  const waiting = (cause: number) => ({
    origin: peer(A),
    generation: 1,
    firstSequence: 1,
    count: 1,
    causes: [[stream(cause), 3]] as const,
  });

  it('is asked for of its author, who holds it', () => {
    const made = new HoldingsWorld();
    made.holdings.awaited(waiting(B));
    expect(made.overdueAt(999)).toBeUndefined();
    expect(made.overdueAt(1_000)).toBe(peer(A));
  });

  it('is asked of nobody when nobody knows whose it is', () => {
    const made = new HoldingsWorld();
    made.holdings.awaited(waiting(0x7e));
    expect(made.overdueAt(60_000)).toBeUndefined();
  });
});

describe('what we tell', () => {
  it('is what rose, to every neighbour, after a moment of our own that grows with their number', () => {
    const made = new HoldingsWorld();
    made.time.at(5_000);
    made.receive(3, 4);
    const delayMs = 50 + 2 * 10;
    const { nonce } = made.time.context.self;
    expect(made.time.context.deadlines.nextMs).toBe(5_000 + delayMs / 2 + (nonce % delayMs));
    made.time.at(5_070);
    made.time.context.deadlines.takeDue(5_070);
    made.holdings.tell();
    const frame = { kind: 'have', entries: [[stream(ORIGIN), 4]] };
    expect(made.time.take()).toEqual([
      { kind: 'send', link: A, frame },
      { kind: 'send', link: B, frame },
    ]);
  });

  it('waits longer while messages trickle in, except for their author', () => {
    const made = new HoldingsWorld();
    made.time.at(5_000);
    made.receive(3, 3);
    made.time.at(5_070);
    made.time.context.deadlines.takeDue(5_070);
    made.holdings.tell();
    made.time.take();
    made.time.at(5_200);
    made.receive(4, 4);
    made.time.at(5_270);
    expect(made.time.context.deadlines.takeDue(5_270)).toEqual([{ kind: 'have' }]);
    made.holdings.tell();
    // The author has no link here, so nobody is told yet.
    expect(made.time.take()).toEqual([]);
    const { nonce } = made.time.context.self;
    expect(made.time.context.deadlines.nextMs).toBe(5_070 + 2_000 + (nonce % 2_000));
  });

  it('is everything to a new neighbour, even when that is nothing', () => {
    const made = new HoldingsWorld();
    made.holdings.tellAll(A);
    expect(sent(made.time.take(), 'have')).toEqual([
      { link: A, frame: { kind: 'have', entries: [[stream(ORIGIN), 2]] } },
    ]);
    const empty = new HoldingsWorld(0);
    empty.holdings.tellAll(A);
    expect(sent(empty.time.take(), 'have')).toEqual([
      { link: A, frame: { kind: 'have', entries: [] } },
    ]);
  });
});

describe('what others hold and we lack', () => {
  it('is pulled soon when its origin has no link to us', () => {
    const made = new HoldingsWorld();
    made.told(B, 4);
    expect(made.time.context.deadlines.nextMs).toBe(1_060);
    expect(made.overdueAt(59)).toBe(undefined);
    expect(made.overdueAt(60)).toBe(peer(B));
  });

  it('is left to the broadcast for a second when its origin has a link to us', () => {
    const made = new HoldingsWorld();
    made.meet(ORIGIN);
    made.time.context.deadlines.clear();
    made.told(B, 4);
    expect(made.overdueAt(999)).toBe(undefined);
    expect(made.overdueAt(1_000)).toBe(peer(B));
  });

  it('is not pulled when it comes in time', () => {
    const made = new HoldingsWorld();
    made.told(B, 4);
    made.receive(3, 4);
    expect(made.overdueAt(60)).toBe(undefined);
  });

  it('is asked for again each second while the pull does not bring it', () => {
    const made = new HoldingsWorld();
    made.told(B, 4);
    expect(made.overdueAt(60)).toBe(peer(B));
    expect(made.overdueAt(61)).toBe(undefined);
    expect(made.overdueAt(1_060)).toBe(peer(B));
  });

  it('is pulled from another when its holder is gone', () => {
    const made = new HoldingsWorld();
    made.told(B, 4);
    made.links.remove(B);
    expect(made.overdueAt(60)).toBe(peer(A));
  });

  it('is not forgotten when a part of it comes', () => {
    const made = new HoldingsWorld();
    made.told(B, 3);
    made.told(B, 9);
    made.receive(3, 3);
    expect(made.overdueAt(3_000)).toBe(peer(B));
  });

  it('is never of our own stream: nobody can hold more of it than we do', () => {
    const made = new HoldingsWorld();
    made.holdings.told(made.member(A), [[stream(0x50), 9]]);
    expect(made.overdueAt(5_000)).toBe(undefined);
  });

  it('is a hole in a stream, too', () => {
    const made = new HoldingsWorld();
    made.told(A, 2);
    made.holdings.hole(stream(ORIGIN), 5);
    expect(made.overdueAt(59)).toBe(undefined);
    expect(made.overdueAt(60)).toBe(peer(A));
  });
});

describe('equal clocks and different content', () => {
  function diverging(): HoldingsWorld {
    const made = new HoldingsWorld();
    made.told(A, 2);
    made.holdings.clocksAgree(made.member(A));
    made.holdings.compared(made.member(A), differing);
    return made;
  }

  it('are an alarm once clocks were equal before and after the contents differed, three times', () => {
    const made = alarmed();
    expect(made.view(A)).toMatchObject({ diverged: true, inSync: false });
  });

  function alarmed(): HoldingsWorld {
    const made = diverging();
    made.holdings.clocksAgree(made.member(A));
    for (let time = 0; time < 2; time++) {
      expect(made.view(A)).toMatchObject({ diverged: false, inSync: true });
      made.holdings.compared(made.member(A), differing);
      made.holdings.clocksAgree(made.member(A));
    }
    return made;
  }

  it('are none when only contents were compared, for the clock may have moved', () => {
    const made = new HoldingsWorld();
    made.told(A, 2);
    made.holdings.compared(made.member(A), differing);
    made.holdings.clocksAgree(made.member(A));
    expect(made.view(A).diverged).toBe(false);
  });

  it('are none once the hashes agree again', () => {
    const made = alarmed();
    made.holdings.compared(made.member(A), summary(made));
    expect(made.view(A)).toMatchObject({ diverged: false, inSync: true });
  });

  it('are none when we moved in between', () => {
    const made = alarmed();
    made.receive(3, 3);
    made.holdings.clocksAgree(made.member(A));
    expect(made.view(A).diverged).toBe(false);
  });
});
