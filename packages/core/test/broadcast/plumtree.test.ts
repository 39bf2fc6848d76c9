import { describe, expect, it } from 'vitest';
import { peer, stream } from '../support/identities.js';
import { TreeBench } from '../support/tree-bench.js';

/** Somebody who is no neighbour. */
const FAR = 0x70;
const OTHER = 0x71;

/** A bench that has learnt: what `FAR` says comes by link 1 and goes on by 2; 3 and 4 are lazy. */
function grown(options: Partial<ConstructorParameters<typeof TreeBench>[0]> = {}): TreeBench {
  const bench = new TreeBench({ links: 4, ...options });
  bench.relay(1, FAR, 1);
  bench.relay(3, FAR, 1);
  bench.relay(4, FAR, 1);
  bench.run(10);
  bench.take();
  return bench;
}

describe('a batch', () => {
  it('of our own goes in full on every link as long as nothing else is known', () => {
    const bench = new TreeBench({ links: 3 });
    expect(bench.tree.reach).toBe(3);
    expect(bench.say(1)).toBe(3);
    expect(bench.take()).toEqual(['1 relay', '2 relay', '3 relay']);
  });

  it('that is new goes on to all but who brought it, in the bytes of its origin', () => {
    const bench = new TreeBench({ links: 3 });
    bench.relay(1, FAR, 1);
    const sent = bench.takeFrames();
    expect(sent.map(({ link }) => link)).toEqual([2, 3]);
    for (const { frame } of sent) {
      expect(frame).toEqual({ kind: 'relay', bytes: bench.held.get(`${stream(FAR)}/1`) });
    }
  });

  it('never goes back to its origin', () => {
    const bench = new TreeBench({ links: 3 });
    bench.relay(1, 2, 1);
    expect(bench.take()).toEqual(['3 relay']);
  });

  it('that comes twice makes the second link lazy, on both sides', () => {
    const bench = new TreeBench({ links: 3 });
    bench.relay(1, FAR, 1);
    bench.take();
    bench.relay(3, FAR, 1);
    expect(bench.take()).toEqual(['3 prune']);
    bench.relay(1, FAR, 2);
    bench.run(10);
    expect(bench.take()).toEqual(['2 relay', '3 ihave']);
    expect(bench.counters.relaysDuplicate).toBe(1);
  });

  it('that sync brought earlier is no second copy: its tree is not at fault', () => {
    const bench = new TreeBench({ links: 2 });
    bench.held.set(`${stream(FAR)}/1`, new Uint8Array(1));
    bench.relay(1, FAR, 1);
    expect(bench.take()).toEqual(['2 relay']);
  });

  it('is told of once an interval, many in one frame', () => {
    const bench = grown();
    for (const sequence of [2, 3, 4]) bench.relay(1, FAR, sequence);
    bench.run(10);
    const told = bench.takeFrames().filter(({ frame }) => frame.kind === 'ihave');
    const batches = [2, 3, 4].map((last) => [stream(FAR), last]);
    expect(told).toEqual([
      { link: 3, frame: { kind: 'ihave', batches } },
      { link: 4, frame: { kind: 'ihave', batches } },
    ]);
  });

  it('is not told of to who told of it', () => {
    const bench = grown();
    bench.ihave(3, FAR, 2);
    bench.relay(1, FAR, 2);
    bench.run(10);
    expect(bench.take()).toEqual(['2 relay', '4 ihave']);
  });
});

it('a link is counted by the origins for whom it is eager, and those for whom it is lazy', () => {
  const bench = grown();
  expect(bench.tree.edges(1)).toEqual({ eager: 1, lazy: 0 });
  expect(bench.tree.edges(3)).toEqual({ eager: 0, lazy: 1 });
  bench.relay(3, OTHER, 1); // Begins as a copy of the first: 3 is its parent and no edge of the other.
  bench.relay(1, OTHER, 1);
  expect(bench.tree.edges(1)).toEqual({ eager: 1, lazy: 1 });
});

describe('a batch that was announced', () => {
  it('is awaited for two round trips to who told of it, then asked for', () => {
    const bench = grown();
    bench.roundTripsMs.set(3, 100);
    bench.ihave(3, FAR, 2);
    bench.run(199);
    expect(bench.take()).toEqual([]);
    bench.run(1);
    expect(bench.takeFrames()).toEqual([
      { link: 3, frame: { kind: 'graft', batches: [[stream(FAR), 2]] } },
    ]);
  });

  it.each([
    ['at least 20 ms', 1, 20],
    ['80 ms where no round trip is known', undefined, 80],
    ['at most a second', 10_000, 1_000],
  ])('is awaited for %s', (_, roundTripMs, waitMs) => {
    const bench = grown();
    if (roundTripMs !== undefined) bench.roundTripsMs.set(3, roundTripMs);
    bench.ihave(3, FAR, 2);
    bench.run(waitMs - 1);
    expect(bench.take()).toEqual([]);
    bench.run(1);
    expect(bench.take()).toEqual(['3 graft']);
  });

  it('is asked for elsewhere when the answer stays away, and then left to sync', () => {
    const bench = grown();
    bench.ihave(3, FAR, 2);
    bench.ihave(4, FAR, 2);
    bench.run(80);
    expect(bench.take()).toEqual(['3 graft']);
    bench.run(80);
    expect(bench.take()).toEqual(['4 graft']);
    bench.run(10_000);
    expect(bench.take()).toEqual([]);
  });

  it('is asked for elsewhere at once when the link is gone', () => {
    const bench = grown();
    bench.ihave(3, FAR, 2);
    bench.ihave(4, FAR, 2);
    bench.run(80);
    bench.take();
    bench.close(3);
    bench.run(0);
    expect(bench.take()).toEqual(['4 graft']);
  });

  it('is asked for at once where the link that brought such batches is gone', () => {
    const bench = grown();
    bench.close(1);
    bench.ihave(3, FAR, 2);
    bench.run(0);
    expect(bench.take()).toEqual(['3 graft']);
  });

  it('is not asked for when it came, along the tree or by sync', () => {
    const bench = grown();
    bench.ihave(3, FAR, 2, 3);
    bench.relay(1, FAR, 2);
    bench.held.set(`${stream(FAR)}/3`, new Uint8Array(1));
    bench.take();
    bench.run(10_000);
    expect(bench.take().filter((sent) => sent.endsWith('graft'))).toEqual([]);
  });

  it('is ignored over a bound, which is counted', () => {
    const bench = grown({ limits: { announcedMax: 2 } });
    bench.ihave(3, FAR, 2, 3, 4, 5);
    expect(bench.counters.ihavesIgnored).toBe(2);
    bench.run(80);
    const [graft] = bench.takeFrames();
    expect(graft?.frame).toMatchObject({ batches: [2, 3].map((last) => [stream(FAR), last]) });
  });
});

describe('a graft', () => {
  it('is answered with the batch, and the link is eager from then on', () => {
    const bench = grown();
    bench.tree.grafted(3, { kind: 'graft', batches: [[stream(FAR), 1]] });
    expect(bench.take()).toEqual(['3 relay']);
    bench.relay(1, FAR, 2);
    expect(bench.take()).toEqual(['2 relay', '3 relay']);
  });

  it('without a sequence is answered with nothing', () => {
    const bench = grown();
    bench.tree.grafted(3, { kind: 'graft', batches: [[stream(FAR), 0]] });
    expect(bench.take()).toEqual([]);
    bench.relay(1, FAR, 2);
    expect(bench.take()).toEqual(['2 relay', '3 relay']);
  });

  it('for what is not kept is counted, and no more is sent for one than for a pull', () => {
    const bench = grown({ limits: { pullBytesMax: 1 } });
    bench.relay(1, FAR, 2);
    bench.take();
    const batches = [9, 1, 2].map((last) => [stream(FAR), last] as const);
    bench.tree.grafted(3, { kind: 'graft', batches });
    expect(bench.take()).toEqual(['3 relay']);
    expect(bench.counters).toMatchObject({ graftsServed: 1, graftsUnserved: 2 });
  });
});

describe('a tree', () => {
  it('takes who tells of batches early in the place of who brings them, once that happened twice', () => {
    const bench = grown();
    bench.roundTripsMs.set(3, 100);
    const late = (sequence: number, byMs: number): string[] => {
      bench.ihave(3, FAR, sequence);
      bench.run(byMs);
      bench.relay(1, FAR, sequence);
      return bench.take().filter((sent) => /graft|prune/.test(sent));
    };
    expect(late(2, 4)).toEqual([]);
    expect(late(3, 10)).toEqual([]);
    expect(late(4, 10)).toEqual(['3 graft', '1 prune']);
    bench.relay(3, FAR, 5);
    bench.run(10);
    expect(bench.take()).toContain('1 ihave');
    expect(bench.counters.treesShifted).toBe(1);
  });

  it('does so at once for a quarter of a round trip', () => {
    const bench = grown();
    bench.roundTripsMs.set(3, 400);
    bench.ihave(3, FAR, 2);
    bench.run(100);
    bench.relay(1, FAR, 2);
    expect(bench.takeFrames().map(({ frame }) => frame)).toContainEqual({
      kind: 'graft',
      batches: [[stream(FAR), 0]],
    });
  });

  it('does not when whoever told of it early is gone by now', () => {
    const bench = grown();
    bench.roundTripsMs.set(3, 400);
    bench.ihave(3, FAR, 2);
    bench.close(3);
    bench.run(300);
    bench.relay(1, FAR, 2);
    expect(bench.take().filter((sent) => /graft|prune/.test(sent))).toEqual([]);
    expect(bench.counters.treesShifted).toBe(0);
  });

  it('does not when others win in turns, or nobody was early in between', () => {
    const bench = grown();
    for (const link of [3, 4]) bench.roundTripsMs.set(link, 100);
    for (const [sequence, rival] of [
      [2, 3],
      [3, 4],
      [4, 3],
      [5, undefined],
      [6, 3],
    ] as const) {
      if (rival !== undefined) bench.ihave(rival, FAR, sequence);
      bench.run(10);
      bench.relay(1, FAR, sequence);
    }
    expect(bench.counters.treesShifted).toBe(0);
  });

  it('of an origin is not changed by what another says', () => {
    const bench = grown();
    bench.relay(3, OTHER, 1);
    bench.take();
    bench.relay(1, OTHER, 1);
    bench.relay(2, OTHER, 1);
    bench.take();
    bench.relay(1, FAR, 2);
    bench.run(10);
    expect(bench.take().toSorted()).toEqual(['2 relay', '3 ihave', '4 ihave']);
  });

  it('of an origin that is new begins as a copy, and does not flood', () => {
    const bench = grown();
    bench.relay(2, OTHER, 1);
    bench.run(10);
    expect(bench.take()).toEqual(['1 relay', '3 ihave', '4 ihave']);
  });

  it('that began as a copy relays to whoever brings a batch first, lazy as it was in the copy', () => {
    const bench = grown();
    bench.relay(3, OTHER, 1);
    bench.run(10);
    bench.take();
    bench.relay(1, OTHER, 2);
    bench.run(10);
    expect(bench.take()).toEqual(['2 relay', '3 relay', '4 ihave']);
  });

  it('gets every new link, up to a number of eager ones', () => {
    const bench = grown({ config: { treeLinksMax: 3 } });
    bench.open(5);
    bench.open(6);
    bench.relay(1, FAR, 2);
    bench.run(10);
    expect(bench.take()).toEqual(['2 relay', '5 relay', '3 ihave', '4 ihave', '6 ihave']);
  });

  it('loses a link that is gone', () => {
    const bench = grown();
    bench.close(2);
    bench.relay(1, FAR, 2);
    bench.close(3);
    bench.run(10);
    expect(bench.take()).toEqual(['4 ihave']);
  });

  it('of the origin that was silent the longest makes room', () => {
    const bench = new TreeBench({ links: 3, limits: { treesMax: 2 } });
    bench.relay(1, 0x71, 1);
    bench.relay(1, 0x72, 1);
    bench.relay(1, 0x71, 2);
    bench.relay(1, 0x73, 1);
    expect(bench.counters.treesEvicted).toBe(1);
    bench.take();
    bench.tree.pruned(2, { kind: 'prune', origins: [0x71, 0x72, 0x73].map((byte) => peer(byte)) });
    bench.relay(1, 0x71, 3);
    expect(bench.take()).toEqual(['3 relay']);
  });

  it('is the same for all where no origin may have its own', () => {
    const bench = new TreeBench({ links: 3, limits: { treesMax: 0 } });
    bench.relay(1, FAR, 1);
    bench.relay(2, FAR, 1);
    bench.take();
    bench.relay(1, OTHER, 1);
    expect(bench.take()).toEqual(['3 relay']);
  });
});

describe('names of relayed batches', () => {
  it('are forgotten over a bound: a copy that comes so late is passed on again', () => {
    const bench = new TreeBench({ links: 2, limits: { relayedMax: 2 } });
    for (const sequence of [1, 2, 3]) bench.relay(1, FAR, sequence);
    bench.take();
    bench.relay(1, FAR, 1);
    expect(bench.take()).toEqual(['2 relay']);
    bench.relay(1, FAR, 3);
    expect(bench.take()).toEqual(['1 prune']);
  });
});

describe('a neighbour that announces and does not serve', () => {
  it('is asked for so many at a time, and another for the rest', () => {
    const bench = grown({ limits: { graftsPerLinkMax: 2 } });
    bench.ihave(3, FAR, 2, 3, 4);
    bench.ihave(4, FAR, 2, 3, 4);
    bench.run(80);
    const grafts = bench.takeFrames().map(({ link, frame }) => [link, frame]);
    expect(grafts).toEqual([
      [3, { kind: 'graft', batches: [2, 3].map((last) => [stream(FAR), last]) }],
      [4, { kind: 'graft', batches: [[stream(FAR), 4]] }],
    ]);
  });

  it('may be first with so many, and does not take the room of others', () => {
    const bench = grown({ limits: { announcedMax: 4, announcedPerLinkMax: 2 } });
    bench.ihave(3, FAR, 2, 3, 4, 5);
    expect(bench.counters.ihavesIgnored).toBe(2);
    bench.ihave(4, FAR, 6, 7);
    expect(bench.counters.ihavesIgnored).toBe(2);
    // What is forgotten makes room again.
    bench.run(10_000);
    bench.take();
    bench.ihave(3, FAR, 8, 9);
    expect(bench.counters.ihavesIgnored).toBe(2);
  });

  it('is ignored for a while once nothing came of 64, whatever others announce', () => {
    const bench = grown();
    const lies = (from: number) => Array.from({ length: 64 }, (_, index) => from + index);
    bench.ihave(3, FAR, ...lies(100));
    bench.run(200);
    expect(bench.counters).toMatchObject({ graftsFruitless: 64, announcersIgnored: 1 });
    bench.take();
    bench.ihave(3, FAR, 2);
    expect(bench.counters.ihavesIgnored).toBe(1);
    bench.ihave(4, FAR, 2);
    bench.run(80);
    expect(bench.take()).toEqual(['4 graft']);
    bench.run(30_000);
    bench.ihave(3, FAR, 3);
    bench.run(80);
    expect(bench.take()).toEqual(['3 graft']);
  });

  it('is not forgiven for coming back over a new link', () => {
    const bench = grown();
    bench.ihave(3, FAR, ...Array.from({ length: 64 }, (_, index) => 100 + index));
    bench.run(200);
    bench.take();
    bench.close(3);
    bench.open(3);
    bench.ihave(3, FAR, 2);
    bench.run(80);
    expect(bench.take()).toEqual([]);
  });

  it('that is a little slow, or on a link that loses, goes on being asked', () => {
    const bench = grown();
    for (let sequence = 2; sequence < 300; sequence += 1) {
      bench.ihave(3, FAR, sequence);
      bench.run(80);
      if (sequence % 3 !== 0) bench.relay(3, FAR, sequence);
      bench.run(80);
    }
    expect(bench.counters.announcersIgnored).toBe(0);
    expect(bench.counters.graftsFruitless).toBeGreaterThan(90);
  });

  it('loses more for a tree that it took over and did not keep up', () => {
    const bench = grown();
    bench.roundTripsMs.set(3, 40);
    let ignoredAt: number | undefined;
    for (let sequence = 2; sequence < 60 && ignoredAt === undefined; sequence += 1) {
      bench.ihave(3, FAR, sequence);
      bench.run(15);
      bench.relay(1, FAR, sequence);
      bench.run(200);
      if (bench.counters.announcersIgnored > 0) ignoredAt = sequence;
    }
    expect(bench.counters.treesShifted).toBe(8);
    expect(ignoredAt).toBeDefined();
  });

  it('makes no tree for an origin that it invented, by a graft', () => {
    const bench = grown({ limits: { treesMax: 2 } });
    const invented = Array.from({ length: 8 }, (_, index) => [stream(0x80 + index), 9] as const);
    bench.tree.grafted(3, { kind: 'graft', batches: invented });
    bench.ihave(3, OTHER, 1);
    bench.run(80);
    expect(bench.counters.treesEvicted).toBe(0);
    expect(bench.counters.graftsUnserved).toBe(8);
  });

  it('gets only so many bytes a second for its grafts', () => {
    const bench = grown({ limits: { pullBytesMax: 1 } });
    const ask = () => bench.tree.grafted(3, { kind: 'graft', batches: [[stream(FAR), 1]] });
    ask();
    ask();
    expect(bench.take()).toEqual(['3 relay']);
    expect(bench.counters.graftsUnserved).toBe(1);
    bench.run(600_000);
    ask();
    expect(bench.take()).toEqual(['3 relay']);
  });
});
