import { describe, expect, it } from 'vitest';
import { CLOSE_CODES } from '../../src/wire/close-codes.js';
import { events } from '../support/context.js';
import { peer } from '../support/identities.js';
import { OverlayWorld } from '../support/overlay-world.js';

const LOWER = 0x40;
const HIGHER = 0x60;
const BROKEN = 1006;

describe('a member heard of', () => {
  it('with a higher id than ours is dialled at once', () => {
    const made = new OverlayWorld();
    made.hearOf(HIGHER, ['h:1']);
    expect(made.dialsWithin(1_000)).toEqual([['h:1', 0]]);
  });

  it('with a lower id gets time to dial us', () => {
    const made = new OverlayWorld();
    made.hearOf(LOWER, ['l:1']);
    expect(made.dialsWithin(2_000)).toEqual([['l:1', 1_000]]);

    const met = new OverlayWorld();
    met.hearOf(LOWER, ['l:1']);
    met.up(LOWER);
    expect(met.dialsWithin(60_000)).toEqual([]);
  });

  it('is dialled at all its addresses, but never at ours', () => {
    const made = new OverlayWorld();
    made.mesh.join('me:1');
    made.dialled();
    made.mesh.linkRefused('me:1', CLOSE_CODES.self, 'this is our own address');
    made.hearOf(HIGHER, ['h:1', 'me:1', 'h:2']);
    expect(made.dialsWithin(100).map(([address]) => address)).toEqual(['h:1', 'h:2']);
    made.mesh.discovered('me:1', undefined);
    expect(made.dialsWithin(60_000)).toEqual([]);
  });

  it('is not dialled while a link to it is open, nor when it is ourselves', () => {
    const made = new OverlayWorld();
    made.up(HIGHER);
    made.hearOf(HIGHER, ['h:1']);
    made.mesh.discovered('h:2', peer(HIGHER));
    made.mesh.discovered('h:3', peer(0x50));
    expect(made.dialsWithin(60_000)).toEqual([]);
  });

  it('is dialled at once when it becomes suspect, whatever the wait was', () => {
    const made = new OverlayWorld();
    made.hearOf(LOWER, ['l:1']);
    made.dialsWithin(500);
    made.fail('l:1');
    made.dialled();
    made.hear(LOWER, { state: 'suspect', from: peer(HIGHER) });
    made.mesh.memberEntered(made.member(LOWER), 'alive');
    expect(made.dialled()).toEqual(['l:1']);
  });

  it('that left is not dialled any more', () => {
    const made = new OverlayWorld();
    made.hearOf(LOWER, ['l:1']);
    made.hear(LOWER, { state: 'left' });
    made.mesh.memberEntered(made.member(LOWER), 'alive');
    expect(made.dialsWithin(60_000)).toEqual([]);
  });
});

describe('a dial under way', () => {
  it('is not dialled a second time', () => {
    const made = new OverlayWorld();
    made.mesh.join('s:1');
    made.mesh.join('s:1');
    made.mesh.discovered('s:1', undefined);
    expect(made.dialsWithin(60_000)).toEqual([['s:1', 0]]);
  });

  it('takes one of a bounded number of places, and the next waits its turn', () => {
    const made = new OverlayWorld({ limits: { dialsPendingMax: 2 } });
    for (const address of ['a:1', 'b:1', 'c:1']) made.mesh.join(address);
    expect(made.dialled()).toEqual(['a:1', 'b:1']);
    made.up(HIGHER, 'a:1');
    expect(made.dialled()).toEqual(['c:1']);
  });

  it('keeps its place until it ends, although whoever is dialled was quicker', () => {
    const made = new OverlayWorld({ limits: { dialsPendingMax: 1 } });
    made.hearOf(HIGHER, ['a:1']);
    made.mesh.join('b:1');
    expect(made.dialled()).toEqual(['a:1']);
    made.up(HIGHER);
    expect(made.dialled()).toEqual([]);
    made.mesh.linkRefused('a:1', CLOSE_CODES.duplicate, 'another link to you stays');
    expect(made.dialled()).toEqual(['b:1']);
  });

  it('to an address that was forgotten meanwhile is not begun again', () => {
    const made = new OverlayWorld();
    made.hearOf(HIGHER, ['a:1']);
    expect(made.dialled()).toEqual(['a:1']);
    made.up(HIGHER);
    made.mesh.join('a:1');
    expect(made.dialled()).toEqual([]);
    made.down(HIGHER, 1006);
    expect(made.dialled()).toEqual([]);
    made.fail('a:1');
    expect(made.dialsWithin(60_000)[0]?.[0]).toBe('a:1');
  });
});

describe('peers that were only heard of', () => {
  it('are dialled one after the other, and slower when they are many', () => {
    const limits = { hearsayDialsMax: 3, hearsayDialsPerSecondMax: 10 };
    const made = new OverlayWorld({ limits, config: { dialGapMs: 5 } });
    for (let index = 0; index < 5; index++) made.mesh.discovered(`h:${index}`, undefined);
    const times = made.dialsWithin(1_000).map(([, atMs]) => atMs);
    // The gap grows with each that did not answer.
    expect(times.slice(0, 3)).toEqual([0, 10, 25]);
    expect(times[3]).toBeGreaterThanOrEqual(100);
    expect(times[4]).toBeGreaterThanOrEqual(200);
  });

  it('give their place to the next when they are met', () => {
    const limits = { hearsayDialsMax: 1, hearsayDialsPerSecondMax: 1 };
    const made = new OverlayWorld({ limits, config: { dialGapMs: 0 } });
    made.mesh.discovered('h:1', undefined);
    made.mesh.discovered('h:2', undefined);
    expect(made.dialled()).toEqual(['h:1']);
    made.up(HIGHER, 'h:1');
    expect(made.dialled()).toEqual(['h:2']);
  });

  it('do not keep seeds and those whom we met waiting', () => {
    const limits = { hearsayDialsMax: 1, hearsayDialsPerSecondMax: 1 };
    const made = new OverlayWorld({ limits });
    made.meet(HIGHER);
    made.mesh.discovered('h:1', undefined);
    made.mesh.discovered('h:2', undefined);
    made.mesh.join('s:1');
    expect(made.dialled()).toEqual(['h:1', 's:1']);
  });
});

describe('an address at which somebody else answered', () => {
  it('is not dialled for the sake of those who claim it, while that link is open', () => {
    const made = new OverlayWorld();
    made.mesh.join('h:1');
    made.meet(HIGHER);
    made.up(HIGHER, 'h:1');
    made.dialled();
    made.hearOf(LOWER, ['h:1']);
    expect(made.dialsWithin(60_000)).toEqual([]);
  });

  it('is dialled again once that link is gone', () => {
    const made = new OverlayWorld();
    made.mesh.join('h:1');
    made.meet(HIGHER);
    made.up(HIGHER, 'h:1');
    made.dialled();
    made.down(HIGHER, 1_006);
    expect(made.dialsWithin(1_000).map(([address]) => address)).toContain('h:1');
  });
});

describe('a seed', () => {
  it('is dialled for ever, slower with time, and each failure is told', () => {
    const made = new OverlayWorld();
    made.mesh.join('s:1');
    made.dialled();
    const waits: number[] = [];
    for (let attempt = 1; attempt <= 60; attempt++) {
      made.fail('s:1');
      const [event] = events(made.time.take());
      expect(event).toMatchObject({ kind: 'dial-failed', address: 's:1', attempt });
      const [dial] = made.dialsWithin(60_000);
      if (dial === undefined) throw new Error('a seed is given up');
      waits.push(dial[1]);
    }
    expect(Math.max(...waits.slice(0, 3))).toBeLessThanOrEqual(2_000);
    // Far from the beginning it waits about half a minute: each turn of the loop above is a minute.
    expect(Math.min(...waits.slice(5))).toBeGreaterThanOrEqual(15_000);
  });

  it('that left is dialled slowly, and at once again after its link broke', () => {
    const made = new OverlayWorld();
    made.mesh.join('s:1');
    made.meet(HIGHER);
    made.mesh.linkUp(peer(HIGHER), 's:1');
    made.dialled();
    made.down(HIGHER, BROKEN);
    expect(made.dialled()).toContain('s:1');

    const left = new OverlayWorld();
    left.mesh.join('s:1');
    left.meet(HIGHER, []);
    left.mesh.linkUp(peer(HIGHER), 's:1');
    left.hear(HIGHER, { state: 'left' });
    left.mesh.memberEntered(left.member(HIGHER), 'alive');
    left.dialled();
    left.down(HIGHER, CLOSE_CODES.goodbye);
    const [dial] = left.dialsWithin(60_000);
    expect(dial).toEqual(['s:1', 30_000]);
  });
});

describe('a stranger at a discovered address', () => {
  it('is given up after two minutes of failures, and nobody is bothered with them', () => {
    const made = new OverlayWorld();
    made.mesh.discovered('x:1', undefined);
    let count = made.dialled().length;
    for (let turn = 0; turn < 200; turn++) {
      made.fail('x:1');
      expect(events(made.time.take())).toEqual([]);
      const [dial] = made.dialsWithin(10_000);
      if (dial === undefined) break;
      count += 1;
    }
    expect(count).toBeGreaterThan(10);
    expect(count).toBeLessThan(20);
  });
});

describe('the bound on addresses', () => {
  it('gives the place of the oldest discovered one, never of a seed', () => {
    const made = new OverlayWorld({
      limits: { addressesMax: 3, dialsPendingMax: 1 },
      config: { dialGapMs: 0 },
    });
    made.mesh.join('seed:1');
    for (const address of ['a:1', 'b:1', 'c:1']) made.mesh.discovered(address, undefined);
    made.dialled();
    made.up(HIGHER, 'seed:1');
    const after = [...made.dialled()];
    made.mesh.dialFailed('b:1', 'timeout', 'timeout');
    after.push(...made.dialled());
    expect(after).toEqual(['b:1', 'c:1']);
  });

  it('is not taken by discoveries from a seed that needs no dial now', () => {
    const made = new OverlayWorld({ limits: { addressesMax: 2 } });
    made.mesh.join('seed:1');
    made.meet(HIGHER, []);
    made.mesh.linkUp(peer(HIGHER), 'seed:1');
    for (const address of ['a:1', 'b:1', 'c:1']) made.mesh.discovered(address, undefined);
    made.dialled();
    made.down(HIGHER, BROKEN);
    expect(made.dialled()).toContain('seed:1');
  });
});

describe('a member whose every address is refused', () => {
  it('is judged once the last of them is', () => {
    const made = new OverlayWorld();
    made.hearOf(HIGHER, ['h:1', 'h:2']);
    made.fail('h:1');
    expect(made.refused).toEqual([]);
    made.fail('h:2');
    expect(made.refused).toEqual([peer(HIGHER)]);
  });

  it('is not judged by an address that did not answer at all', () => {
    const made = new OverlayWorld();
    made.hearOf(HIGHER, ['far:1', '127.0.0.1:1']);
    made.fail('far:1', 'timeout');
    made.fail('127.0.0.1:1', 'refused');
    expect(made.refused).toEqual([]);
  });

  it('is not judged by time-outs alone', () => {
    const made = new OverlayWorld();
    made.hearOf(HIGHER, ['h:1']);
    made.fail('h:1', 'timeout');
    expect(made.refused).toEqual([]);
  });

  it('is judged when another peer answers at its only address', () => {
    const made = new OverlayWorld();
    made.hearOf(HIGHER, ['h:1']);
    made.up(LOWER, 'h:1');
    expect(made.refused).toEqual([peer(HIGHER)]);
  });
});

describe('a link that ended', () => {
  it.each([
    ['broken', BROKEN, 0, 0],
    ['closed as a duplicate', CLOSE_CODES.duplicate, 50, 150],
    ['closed for silence of ours', CLOSE_CODES.silent, 50, 150],
    ['closed for malformed frames', CLOSE_CODES.malformed, 30_000, 30_000],
    ['closed for an overflow', CLOSE_CODES.overloaded, 30_000, 30_000],
  ])('%s is dialled again in its own time', (_why, code, fromMs, toMs) => {
    const made = new OverlayWorld();
    made.meet(HIGHER, ['h:1']);
    made.dialled();
    made.down(HIGHER, code);
    const [dial] = made.dialsWithin(60_000);
    expect(dial?.[0]).toBe('h:1');
    expect(dial?.[1]).toBeGreaterThanOrEqual(fromMs);
    expect(dial?.[1]).toBeLessThanOrEqual(toMs);
  });
});

describe('a link refused in the handshake', () => {
  it.each([
    ['another network', CLOSE_CODES.network],
    ['another version', CLOSE_CODES.version],
    ['clocks apart', CLOSE_CODES.skew],
  ])('for %s is tried again slowly', (_why, code) => {
    const made = new OverlayWorld();
    made.mesh.join('s:1');
    made.dialled();
    made.mesh.linkRefused('s:1', code, 'no');
    expect(made.dialsWithin(29_999)).toEqual([]);
    expect(made.dialsWithin(1)).toHaveLength(1);
  });

  it('as a duplicate is no failure', () => {
    const made = new OverlayWorld();
    made.mesh.join('s:1');
    made.dialled();
    made.mesh.linkRefused('s:1', CLOSE_CODES.duplicate, 'another link to you stays');
    expect(events(made.time.take())).toEqual([]);
    expect(made.time.context.counters.dialsFailed).toBe(0);
    expect(made.dialsWithin(5_000)).toEqual([['s:1', 5_000]]);
  });

  it('for a passing reason backs off like a failed dial', () => {
    const made = new OverlayWorld();
    made.mesh.join('s:1');
    made.dialled();
    made.mesh.linkRefused('s:1', CLOSE_CODES.full, 'no room');
    expect(events(made.time.take())).toMatchObject([{ kind: 'dial-failed', detail: 'no room' }]);
    const [dial] = made.dialsWithin(500);
    expect(dial?.[0]).toBe('s:1');
  });
});

describe('many members', () => {
  const MANY = 40;
  const FIRST = 0x60;

  it('that were let go, and are wanted again, are dialled one after the other', () => {
    const made = new OverlayWorld();
    // Met before: the pace of hearsay does not hold them back.
    for (let byte = FIRST; byte < FIRST + MANY; byte++) {
      made.meet(byte);
      made.links.remove(byte);
    }
    const withinMs = made.mesh.relink(made.members.alive());
    const early = made.dialsWithin(1_000).length;
    expect(early).toBeLessThan(MANY / 2);
    expect(early + made.dialsWithin(withinMs).length).toBe(MANY);
  });

  it('that refuse are dialled again less often than a few', () => {
    const redials = (count: number): number => {
      const made = new OverlayWorld();
      for (let byte = FIRST; byte < FIRST + count; byte++) made.meet(byte);
      for (let byte = FIRST; byte < FIRST + count; byte++) made.down(byte, BROKEN);
      for (const address of made.dialled()) made.fail(address);
      return made.dialsWithin(500).length / count;
    };
    expect(redials(3)).toBe(1);
    expect(redials(MANY)).toBeLessThan(0.5);
  });
});

describe('a stopped mesh', () => {
  it('dials nobody', () => {
    const made = new OverlayWorld();
    made.mesh.stop();
    made.mesh.join('s:1');
    made.hearOf(HIGHER, ['h:1']);
    expect(made.dialsWithin(60_000)).toEqual([]);
  });
});
