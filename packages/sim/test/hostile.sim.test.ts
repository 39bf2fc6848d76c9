import { DEFAULT_LIMITS, type PeerId } from '@hearsay/core';
import {
  type Batch,
  encodeBatch,
  encodeFrame,
  encodeLogDeltaItem,
  Notary,
  readBatch,
  readLogDelta,
} from '@hearsay/core/wire';
import { describe, expect, it } from 'vitest';
import type { SimNode, Simulation } from '../src/index.js';
import { type Lie, liar, truth } from './support/liar.js';
import { SEEDS, simulate } from './support/simulate.js';

const NETWORK = 'sim';
const FORGED = 4013;
const LATER = new TextEncoder().encode('something else');

/** Three honest peers and x, which lies. */
function meshWith(seed: string, lie: Lie): Simulation {
  const sim = simulate({ seed });
  const [a] = sim.start(3, { seeds: 'first', staggerMs: 20 });
  const x = sim.add({ name: 'x', disguise: liar(lie) });
  if (a !== undefined) x.seeds.push(a.address);
  sim.boot(x);
  sim.until(() => sim.live.every((node) => node.status().live === 3), 30_000);
  sim.run(3_000);
  return sim;
}

function honest(sim: Simulation): readonly SimNode[] {
  return sim.live.filter(({ name }) => name !== 'x');
}

/** The codes with which a node closed links of a peer. */
function refusals(node: SimNode, peer: PeerId): number[] {
  return node
    .eventsOf('refused')
    .filter(({ event }) => event.peer === peer && event.by === 'us')
    .map(({ event }) => event.code);
}

/** What x would pass on, with each batch changed. */
function relaying(change: (bytes: Uint8Array) => Uint8Array): Lie {
  return (frame) => {
    if (frame.kind !== 'delta') return truth(frame);
    return [...readLogDelta(frame.bytes)].map((item) => {
      const changed = item.kind === 'batch' ? { ...item, bytes: change(item.bytes) } : item;
      return encodeFrame({ ...frame, bytes: encodeLogDeltaItem(changed) });
    });
  };
}

function resigned(bytes: Uint8Array, over: (batch: Batch) => Partial<Batch>): Uint8Array {
  const batch = readBatch(bytes, DEFAULT_LIMITS);
  const signature = bytes.slice(-64);
  return encodeBatch({ ...batch, ...over(batch) }, () => signature).bytes;
}

describe.each(SEEDS)('a hostile origin (seed %s)', (seed) => {
  it('that tells one peer another thing is found out by all, with proof', () => {
    let victim: PeerId | undefined;
    const sim = meshWith(seed, (frame, to, signer) => {
      if (frame.kind !== 'batch' || to !== victim) return truth(frame);
      const batch = readBatch(frame.bytes, DEFAULT_LIMITS);
      const records = batch.records.map((record) => ({ ...record, payload: LATER }));
      const notary = new Notary(signer, NETWORK);
      return [encodeBatch({ ...batch, records }, notary.signBatch).frame];
    });
    const [a, b, c, x] = ['a', 'b', 'c', 'x'].map((name) => sim.node(name));
    if (!a || !b || !c || !x) throw new Error('four nodes');
    a.publish('a question');
    sim.run(200);
    victim = b.id;
    const lie = x.publish('something');
    sim.run(200);
    victim = undefined;
    x.publish('and on');
    expect(a.texts().slice(-1)).not.toEqual(b.texts().slice(-2, -1));
    sim.until(() => honest(sim).every((node) => node.status().equivocations.length > 0), 60_000);
    for (const node of [a, b, c]) {
      const [proof, ...more] = node.status().equivocations;
      expect(more).toEqual([]);
      expect(proof).toMatchObject({
        origin: x.id,
        generation: lie.generation,
        sequence: lie.sequence,
      });
      const texts = proof?.batches.map((bytes) => {
        const [record] = readBatch(bytes, DEFAULT_LIMITS).records;
        return new TextDecoder().decode(record?.payload);
      });
      expect(texts?.toSorted()).toEqual(['something', 'something else']);
      expect(node.eventsOf('equivocation')).toHaveLength(1);
      expect(refusals(node, x.id)).toEqual([]);
    }
    expect(b.texts()).toContain('something else');
    for (const node of [a, c]) expect(node.texts()).not.toContain('something else');
    for (const node of honest(sim)) expect(node.texts().slice(-1)).toEqual(['and on']);
  });
});

describe.each(SEEDS)('a hostile relay (seed %s)', (seed) => {
  it.each<[string, (bytes: Uint8Array) => Uint8Array]>([
    [
      'puts words into the mouth of others',
      (bytes) =>
        resigned(bytes, ({ records }) => ({
          records: records.map((record) => ({ ...record, payload: LATER })),
        })),
    ],
    [
      'numbers messages anew',
      (bytes) => resigned(bytes, ({ firstSequence }) => ({ firstSequence: firstSequence + 1 })),
    ],
    ['moves them to another life', (bytes) => resigned(bytes, () => ({ generation: 7 }))],
    [
      'makes up causes',
      (bytes) => resigned(bytes, ({ origin }) => ({ causes: [[`${origin}.9` as never, 1]] })),
    ],
  ])('that %s is cut off, and everything arrives by others', (_what, change) => {
    const sim = meshWith(seed, relaying(change));
    const x = sim.node('x');
    for (const node of honest(sim)) node.publish(`from ${node.name}`);
    sim.run(500);
    // Only x knows what is new to d at first; then the others.
    const d = sim.add({ name: 'd' });
    d.seeds.push(x.address);
    sim.boot(d);
    sim.until(() => d.texts().length === 3, 30_000);
    sim.until(() => sim.live.length === 5 && d.status().live >= 3, 10_000);
    expect(d.texts().toSorted()).toEqual(['from a', 'from b', 'from c']);
    expect(d.counters().batchesForged).toBe(1);
    expect(refusals(d, x.id)).toEqual([FORGED]);
  });

  it('that replays what was said in another network is cut off', () => {
    // The same seed makes the same peers and keys: only the network differs.
    const heard: Uint8Array[] = [];
    const elsewhere = simulate({ seed });
    const spy = liar((frame) => {
      if (frame.kind === 'batch') heard.push(encodeFrame(frame));
      return truth(frame);
    });
    const [a, b] = ['a', 'b'].map((name) => {
      return elsewhere.add({
        name,
        network: 'elsewhere',
        ...(name === 'a' ? { disguise: spy } : {}),
      });
    });
    if (a === undefined || b === undefined) throw new Error('two nodes');
    for (const node of [a, b]) elsewhere.boot(node);
    b.join(a);
    elsewhere.until(() => a.status().live === 1, 5_000);
    a.publish('meant for others');
    elsewhere.run(100);
    expect(b.texts()).toEqual(['meant for others']);
    expect(heard).toHaveLength(1);

    const sim = meshWith(seed, (frame) => {
      return frame.kind === 'batch' ? [encodeFrame(frame), ...heard] : truth(frame);
    });
    expect(sim.node('a').id).toBe(a.id);
    sim.node('x').publish('mine');
    sim.run(500);
    for (const node of honest(sim)) {
      expect(node.texts()).toEqual(['mine']);
      expect(refusals(node, sim.node('x').id)).toEqual([FORGED]);
      expect(node.counters().batchesForged).toBe(1);
    }
  });
});
