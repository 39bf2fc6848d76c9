import { describe, expect, it } from 'vitest';
import { CLOSE_CODES } from '../../src/wire/close-codes.js';
import { Bench, goodbyeOf } from '../support/bench.js';
import { type ReadEffect, sent } from '../support/context.js';
import { peer } from '../support/identities.js';

/** Few peers make a large mesh here. */
const CONFIG = {
  fullMeshUpTo: 3,
  cappedUpTo: 6,
  shapeSlackPercent: 0,
  cappedRings: 1,
  activeViewMax: 2,
} as const;

/** A peer with so many links, each to a member that can be dialled. */
function linked(count: number): { bench: Bench; links: number[] } {
  const bench = new Bench({ config: CONFIG });
  const links = Array.from({ length: count }, (_, index) => {
    return bench.open(0x60 + index, { addresses: [`host${index}:1`] });
  });
  return { bench, links };
}

function closedWith(effects: readonly ReadEffect[], code: number): number[] {
  return effects.flatMap((effect) => {
    return effect.kind === 'close' && effect.code === code ? [effect.link] : [];
  });
}

/** Lets time pass; the others answer when they are probed. */
function chat(bench: Bench, seconds: number): ReadEffect[] {
  const effects: ReadEffect[] = [];
  const STEP_MS = 100;
  for (let ms = 0; ms < seconds * 1_000; ms += STEP_MS) {
    const step = bench.run(STEP_MS);
    effects.push(...step);
    for (const { link, frame } of sent(step, 'ping')) bench.say(link, { ...frame, kind: 'ack' });
  }
  return effects;
}

describe('a small mesh', () => {
  it('takes everybody for a neighbour, and lets no link go', () => {
    const { bench, links } = linked(2);
    const [link = 0] = links;
    for (const kind of ['join', 'neighbour'] as const) {
      const frame = kind === 'join' ? { kind } : { kind, urgent: false };
      const [reply] = sent(bench.say(link, frame), 'neighbour-reply');
      expect(reply?.frame.accepted).toBe(true);
    }
    expect(sent(bench.say(link, { kind: 'release' }), 'keep').length).toBe(1);
    expect(sent(chat(bench, 20), 'release')).toEqual([]);
  });
});

describe('a capped mesh', () => {
  it('asks before it lets go of links that nobody needs', () => {
    const { bench } = linked(5);
    const asked = sent(chat(bench, 12), 'release');
    // Two are beside us on the only ring; with three links left none is asked about.
    expect(asked.length).toBe(3);
  });

  it('lets an unwanted link go when asked, and keeps a wanted one', () => {
    const { bench, links } = linked(5);
    const answers = links.map((link) => {
      const effects = bench.say(link, { kind: 'release' });
      return sent(effects, 'keep').length === 1
        ? 'keep'
        : closedWith(effects, CLOSE_CODES.released);
    });
    expect(answers.filter((answer) => answer === 'keep').length).toBe(3);
    expect(answers.filter((answer) => answer !== 'keep').flat().length).toBe(2);
  });

  it('does not dial who is beside us nowhere', () => {
    const { bench, links } = linked(5);
    chat(bench, 12);
    const gone = links.flatMap((link) => {
      return closedWith(bench.say(link, { kind: 'release' }), CLOSE_CODES.released);
    });
    expect(gone.length).toBe(2);
    const dials = chat(bench, 20).filter(({ kind }) => kind === 'dial');
    expect(dials).toEqual([]);
    expect(bench.engine.counters().suspicions).toBe(0);
  });
});

describe('a mesh that has become small', () => {
  it('dials everybody again, and suspects nobody to whom it has no link yet', () => {
    const { bench, links } = linked(5);
    const gone = links.filter((link) => {
      return closedWith(bench.say(link, { kind: 'release' }), CLOSE_CODES.released).length > 0;
    });
    expect(gone.length).toBe(2);
    chat(bench, 10);
    const effects = links.flatMap((link) => {
      if (gone.includes(link)) return [];
      return bench.say(link, goodbyeOf(0x5f + link, { addresses: [`host${link - 1}:1`] }));
    });
    effects.push(...chat(bench, 3));
    expect(bench.engine.counters()).toMatchObject({ shapeChanges: 2, suspicions: 0 });
    expect(effects.filter(({ kind }) => kind === 'dial').length).toBe(2);
  });
});

describe('a large mesh', () => {
  it('asks those that are linked to be neighbours, and again while nobody answers', () => {
    const { bench } = linked(7);
    const effects = chat(bench, 15);
    expect(bench.engine.counters().shapeChanges).toBe(2);
    expect(sent(effects, 'neighbour').length).toBeGreaterThan(0);
    expect(effects.filter(({ kind }) => kind === 'dial')).toEqual([]);
  });

  it('is known to a newcomer from whoever it meets first', () => {
    const { bench, links } = linked(1);
    const [link = 0] = links;
    const island = { kind: 'island', root: peer(0x01), beat: 1, members: 500 } as const;
    const effects = bench.say(link, island);
    expect(sent(effects, 'neighbour').map(({ frame }) => frame.urgent)).toEqual([true]);
    expect(bench.engine.counters().shapeChanges).toBe(1);
  });

  it('dials few strangers on the word of a neighbour, however many it names', () => {
    const { bench, links } = linked(7);
    const [link = 0] = links;
    let dials = 0;
    for (let count = 0; count < 500; count++) {
      const newcomer = { peer: peer(count % 0x50), addresses: [`nobody${count}:1`] };
      const effects = bench.say(link, { kind: 'forward-join', hops: 0, newcomer });
      dials += effects.filter(({ kind }) => kind === 'dial').length;
    }
    expect(dials).toBeLessThanOrEqual(2 * CONFIG.activeViewMax);
    expect(bench.engine.counters().walksIgnored).toBeGreaterThan(200);
  });
});
