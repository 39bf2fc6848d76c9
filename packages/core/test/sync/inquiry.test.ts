import { describe, expect, it } from 'vitest';
import { hashOfBatch } from '../../src/log/signed-batch.js';
import type { Chains, Trail } from '../../src/wire/inquiry.js';
import { Bench, batchBytes, recordOf } from '../support/bench.js';
import { sent } from '../support/context.js';
import { stream } from '../support/identities.js';

const OTHER = 0x60;
const ORIGIN = 0x70;
const WRONG = { high: 1, low: 2 };

/** One that holds three batches of an origin, and its link to another. */
function world(): { bench: Bench; link: number; batches: readonly Uint8Array[] } {
  const bench = new Bench();
  const link = bench.open(OTHER);
  const batches = [1, 2, 3].map((sequence) => batchBytes(ORIGIN, sequence));
  for (const bytes of batches) bench.say(link, { kind: 'batch', bytes });
  return { bench, link, batches };
}

function chainsOf(last: number, chain = WRONG, of = ORIGIN): Chains {
  return { kind: 'chains', chains: [{ stream: stream(of), last, chain }] };
}

function trailOf(batches: readonly (readonly [number, typeof WRONG])[], reply: boolean): Trail {
  const entries = batches.map(([first, hash]) => ({ first, hash }));
  return { kind: 'trail', stream: stream(ORIGIN), reply, batches: entries };
}

describe('chains of a neighbour', () => {
  it('are answered with what is kept of a stream that differs', () => {
    const { bench, link, batches } = world();
    const told = sent(bench.say(link, chainsOf(3)), 'trail').map(({ frame }) => frame);
    const kept = batches.map((bytes, index) => [index + 1, hashOfBatch(bytes)] as const);
    expect(told).toEqual([trailOf(kept, true)]);
  });

  it('say nothing about a stream that is held less far, further, or not at all', () => {
    for (const frame of [chainsOf(2), chainsOf(4), chainsOf(3, WRONG, 0x71)]) {
      const { bench, link } = world();
      expect(sent(bench.say(link, frame), 'trail')).toEqual([]);
    }
  });

  it('are answered so often, and no more until half a minute later', () => {
    const { bench, link } = world();
    const answers = (): number => {
      const effects = Array.from({ length: 20 }, () => bench.say(link, chainsOf(3))).flat();
      return sent(effects, 'trail').length;
    };
    expect(answers()).toBe(2);
    expect(answers()).toBe(0);
    bench.nowMs += 30_000;
    expect(answers()).toBe(2);
  });
});

describe('chains of a neighbour of which many differ', () => {
  it('lead to every stream in time, a few in each half minute', () => {
    const bench = new Bench();
    const link = bench.open(OTHER);
    const origins = Array.from({ length: 12 }, (_, index) => ORIGIN + index);
    for (const origin of origins) bench.say(link, { kind: 'batch', bytes: batchBytes(origin, 1) });
    const chains = origins.map((of) => ({ stream: stream(of), last: 1, chain: WRONG }));
    const asked = new Set<string>();
    for (let turn = 0; turn < 12; turn++) {
      const trails = sent(bench.say(link, { kind: 'chains', chains }), 'trail');
      expect(trails.length).toBe(4);
      for (const { frame } of trails) asked.add(frame.stream);
      bench.nowMs += 30_000;
    }
    expect(asked.size).toBe(12);
  });
});

describe('a trail of a neighbour', () => {
  it('is answered with our version of the first batch that differs, and with our trail', () => {
    const { bench, link, batches } = world();
    const same = batches.map((bytes) => hashOfBatch(bytes));
    const [one = WRONG, , three = WRONG] = same;
    const theirs = trailOf(
      [
        [1, one],
        [2, WRONG],
        [3, three],
      ],
      true,
    );
    const effects = bench.say(link, theirs);
    expect(sent(effects, 'batch').map(({ frame }) => frame.bytes)).toEqual([batches[1]]);
    expect(sent(effects, 'trail').map(({ frame }) => frame.reply)).toEqual([false]);
  });

  it('that begins later than ours is compared from there on', () => {
    const { bench, link, batches } = world();
    const effects = bench.say(link, trailOf([[3, WRONG]], false));
    expect(sent(effects, 'batch').map(({ frame }) => frame.bytes)).toEqual([batches[2]]);
    expect(sent(effects, 'trail')).toEqual([]);
  });

  it('that is ours, or empty, needs no batch', () => {
    const { bench, link, batches } = world();
    const same = batches.map((bytes, index) => [index + 1, hashOfBatch(bytes)] as const);
    for (const theirs of [trailOf(same, false), trailOf([], false)]) {
      expect(sent(bench.say(link, theirs), 'batch')).toEqual([]);
    }
  });

  it('is answered so often, and no more', () => {
    const { bench, link } = world();
    const trail = trailOf([[1, WRONG]], true);
    const effects = Array.from({ length: 100 }, () => bench.say(link, trail)).flat();
    expect(sent(effects, 'batch').length).toBe(8);
    expect(sent(effects, 'trail').length).toBe(8);
  });
});

describe('two that hold different batches in one place', () => {
  it('both end up with the proof', () => {
    const near = world();
    const far = new Bench();
    const back = far.open(OTHER);
    const other = batchBytes(ORIGIN, 2, { records: [recordOf('other')] });
    for (const bytes of [batchBytes(ORIGIN, 1), other, batchBytes(ORIGIN, 3)]) {
      far.say(back, { kind: 'batch', bytes });
    }
    // Word for word between the two, from the first chains on.
    let frames = sent(near.bench.say(near.link, chainsOf(3)), 'trail').map(({ frame }) => frame);
    for (let turn = 0; turn < 4; turn++) {
      const [to, link] = turn % 2 === 0 ? [far, back] : [near.bench, near.link];
      const effects = to.say(link, ...frames);
      const batches = sent(effects, 'batch').map(({ frame }) => frame);
      frames = sent(effects, 'trail').map(({ frame }) => frame);
      const [from, its] = turn % 2 === 0 ? [near.bench, near.link] : [far, back];
      from.say(its, ...batches);
    }
    for (const { engine } of [near.bench, far]) {
      const { equivocations } = engine.status({ monotonicMs: 0, wallMs: 0 });
      expect(equivocations).toMatchObject([{ generation: 1, sequence: 2 }]);
    }
  });
});
