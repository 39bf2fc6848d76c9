import { describe, expect, it } from 'vitest';
import { IslandRoot } from '../../../src/overlay/views/island-root.js';
import type { Island } from '../../../src/wire/views.js';
import { peer } from '../../support/identities.js';
import { addressOf, dialled, dropped, said, ViewBench } from '../../support/view-bench.js';

function claimOf(byte: number, beat: number): Island {
  return { kind: 'island', root: peer(byte), beat, members: 3 };
}

describe('the root of an island', () => {
  it('is ourselves until we hear of a lower id', () => {
    const island = new IslandRoot(peer(0x50), 0);
    expect(island.hear(claimOf(0x60, 9), 0)).toBe('other-island');
    expect(island.isRoot).toBe(true);
    expect(island.hear(claimOf(0x10, 1), 0)).toBe('passed-on');
    expect(island.root).toBe(peer(0x10));
  });

  it('is passed on again only with a new beat', () => {
    const island = new IslandRoot(peer(0x50), 0);
    island.hear(claimOf(0x10, 5), 0);
    expect(island.hear(claimOf(0x10, 5), 1)).toBe('none');
    expect(island.hear(claimOf(0x10, 4), 1)).toBe('none');
    expect(island.hear(claimOf(0x10, 6), 1)).toBe('passed-on');
  });

  it('beats every five seconds', () => {
    const island = new IslandRoot(peer(0x50), 0);
    const beats = [0, 1_000, 4_999, 5_000, 9_999, 10_000].map((nowMs) => island.tick(nowMs, 1));
    expect(beats).toEqual(['beat', 'none', 'none', 'beat', 'none', 'beat']);
  });

  it('ages away without a beat, and its old beats do not bring it back', () => {
    const island = new IslandRoot(peer(0x50), 0);
    island.hear(claimOf(0x10, 5), 0);
    expect(island.tick(17_499, 1)).toBe('none');
    expect(island.tick(17_500, 1)).toBe('lost');
    expect(island.root).toBe(peer(0x50));
    expect(island.hear(claimOf(0x10, 5), 17_600)).toBe('none');
    expect(island.hear(claimOf(0x10, 6), 17_600)).toBe('passed-on');
  });

  it('outdoes what others say in its name', () => {
    const island = new IslandRoot(peer(0x50), 0);
    island.hear(claimOf(0x50, 40), 0);
    expect(island.claim().beat).toBe(41);
  });
});

describe('islands', () => {
  it('are told on a new link, and to a new neighbour', () => {
    const bench = new ViewBench();
    expect(said(bench.link(1), 'island').map(({ to }) => to)).toEqual([peer(1)]);
    const effects = bench.say(1, { kind: 'neighbour', urgent: false });
    expect(said(effects, 'island').map(({ to }) => to)).toEqual([peer(1)]);
  });

  it('become one where neighbours meet: the lower root is passed on', () => {
    const bench = new ViewBench();
    for (const byte of [0x61, 0x62, 0x63]) bench.neighbour(byte);
    const told = said(bench.say(0x61, claimOf(0x10, 1)), 'island');
    expect(told.map(({ to }) => to)).toEqual([peer(0x62), peer(0x63)]);
    expect(bench.view.island.root).toBe(peer(0x10));
  });

  it('are not believed from who is no neighbour', () => {
    const bench = new ViewBench();
    bench.link(0x61);
    bench.say(0x61, claimOf(0x10, 1));
    expect(bench.view.island.root).toBe(peer(0x50));
  });
});

describe('a root', () => {
  /** A full view that is its own root, and remembers 0x70. */
  function rootView(): ViewBench {
    const bench = new ViewBench({ activeViewMax: 2 });
    for (const byte of [0x61, 0x62]) bench.neighbour(byte);
    bench.feed({ kind: 'remember', address: addressOf(0x70), seed: true });
    return bench;
  }

  it('looks after remembered contacts now and then', () => {
    const bench = rootView();
    expect(dialled(bench.run(11_000))).toEqual([addressOf(0x70)]);
  });

  it('joins one that is on another island', () => {
    const bench = rootView();
    bench.run(11_000);
    bench.link(0x70, true);
    const effects = bench.say(0x70, claimOf(0x10, 1));
    expect(said(effects, 'join').map(({ to }) => to)).toEqual([peer(0x70)]);
  });

  it('lets one go that is on the same island', () => {
    const bench = rootView();
    bench.run(11_000);
    bench.link(0x70, true);
    expect(dropped(bench.say(0x70, claimOf(0x50, 1)))).toEqual([peer(0x70)]);
  });
});

describe('a peer that is no root', () => {
  it('looks seldom, as long as it has what it needs', () => {
    const bench = new ViewBench({ activeViewMax: 2 });
    for (const byte of [0x61, 0x62]) bench.neighbour(byte);
    bench.say(0x61, claimOf(0x10, 1));
    bench.feed({ kind: 'remember', address: addressOf(0x70), seed: true });
    const dials: string[] = dialled(bench.run(1_000));
    for (let beat = 2; beat < 14; beat++) {
      dials.push(...dialled(bench.run(5_000)));
      bench.say(0x61, claimOf(0x10, beat));
    }
    expect(dials.length).toBeLessThanOrEqual(1);
  });

  it('looks soon when its root is lost', () => {
    const bench = new ViewBench({ activeViewMax: 2 });
    for (const byte of [0x61, 0x62]) bench.neighbour(byte);
    bench.say(0x61, claimOf(0x10, 1));
    bench.run(10_000);
    bench.feed({ kind: 'remember', address: addressOf(0x70), seed: true });
    expect(dialled(bench.run(8_500 + 11_000))).toContain(addressOf(0x70));
  });

  it('dials a remembered contact at once when nobody is left', () => {
    const bench = new ViewBench({ activeViewMax: 2 });
    bench.neighbour(0x61);
    bench.feed({ kind: 'remember', address: addressOf(0x70), seed: true });
    bench.run(1_000);
    const effects = bench.feed({ kind: 'unlinked', peer: peer(0x61), released: false });
    expect(dialled(effects)).toEqual([addressOf(0x70)]);
  });
});
