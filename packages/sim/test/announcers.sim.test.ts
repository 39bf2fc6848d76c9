import { DEFAULT_LIMITS, parseStreamId, type StreamId, streamId } from '@hearsay/core';
import { encodeFrame, type Frame, readBatch } from '@hearsay/core/wire';
import { describe, expect, it } from 'vitest';
import type { Simulation } from '../src/index.js';
import { type Lie, liar, truth } from './support/liar.js';
import { SEEDS } from './support/simulate.js';
import { sparse } from './support/sparse.js';

const FAR = 2 ** 47;
const IDS_A_FRAME = 100;
const ROUNDS = 60;

/** Twelve peers on a ring with chords; `b` stands between `a` and half of the others, and lies. */
function meshWith(seed: string, lie: Lie): Simulation {
  return sparse(12, [3], { seed }, new Map([[1, liar(lie)]]));
}

/** Three authors talk; all honest peers must hear everything, each once and in order. */
function talk(sim: Simulation, lossPerMille = 0): void {
  const authors = ['a', 'e', 'i'];
  sim.setFaults({ lossPerMille });
  for (let count = 0; count < ROUNDS; count += 1) {
    for (const name of authors) sim.node(name).publish(`${count} of ${name}`);
    sim.run(100);
  }
  sim.setFaults({});
  sim.run(10_000);
  for (const node of honest(sim)) {
    const texts = node.texts();
    expect(new Set(texts).size).toBe(texts.length);
    for (const name of authors) {
      const own = texts.filter((text) => text.endsWith(` of ${name}`));
      expect(own).toEqual(Array.from({ length: ROUNDS }, (_, count) => `${count} of ${name}`));
    }
  }
}

const honest = (sim: Simulation) => sim.live.filter(({ name }) => name !== 'b');

function most(sim: Simulation, counter: 'graftsFruitless' | 'announcersIgnored' | 'ihavesIgnored') {
  return Math.max(...honest(sim).map((node) => node.counters()[counter]));
}

/** The name of a batch that would be relayed. */
function nameOf(bytes: Uint8Array): readonly [StreamId, number] {
  const { origin, generation, firstSequence, count } = readBatch(bytes, DEFAULT_LIMITS);
  return [streamId(origin, generation), firstSequence + count - 1];
}

const ihave = (...batches: (readonly [StreamId, number])[]) =>
  encodeFrame({ kind: 'ihave', batches });

describe.each(SEEDS)('a member that lies about what it could relay (seed %s)', (seed) => {
  it('announces what it has and never hands it over, where others lose much', () => {
    const sim = meshWith(seed, (frame) =>
      frame.kind === 'relay' ? [ihave(nameOf(frame.bytes))] : truth(frame),
    );
    talk(sim, 200);
    expect(most(sim, 'graftsFruitless')).toBeGreaterThan(0);
  });

  it('announces what nobody ever said, and is ignored after so many fruitless questions', () => {
    const known = new Set<StreamId>();
    let told = 0;
    const sim = meshWith(seed, (frame: Frame, to) => {
      if (frame.kind === 'relay') known.add(nameOf(frame.bytes)[0]);
      if (frame.kind !== 'ping' && frame.kind !== 'ack') return truth(frame);
      // To speak to an author of messages that it never wrote is forged, and ends the link.
      const streams = [...known].filter((stream) => parseStreamId(stream).peer !== to);
      const lies = streams.flatMap((stream) =>
        Array.from({ length: IDS_A_FRAME }, (_, index) => [stream, FAR + told + index] as const),
      );
      told += IDS_A_FRAME;
      return lies.length === 0 ? truth(frame) : [...truth(frame), ihave(...lies)];
    });
    talk(sim);
    expect(most(sim, 'announcersIgnored')).toBeGreaterThan(0);
    expect(most(sim, 'ihavesIgnored')).toBeGreaterThan(IDS_A_FRAME);
    // What is asked of it is bounded, however much it announces.
    const { graftsPerLinkMax } = DEFAULT_LIMITS;
    const minutes = 2;
    expect(most(sim, 'graftsFruitless')).toBeLessThan((1 + 2 * minutes) * graftsPerLinkMax);
    expect(told).toBeGreaterThan((1 + 2 * minutes) * graftsPerLinkMax);
  });

  it('wants nothing relayed to it, and relays nothing', () => {
    const known = new Set<StreamId>();
    const sim = meshWith(seed, (frame) => {
      if (frame.kind !== 'relay') return truth(frame);
      known.add(nameOf(frame.bytes)[0]);
      const origins = [...known].map((stream) => parseStreamId(stream).peer);
      return [encodeFrame({ kind: 'prune', origins })];
    });
    talk(sim);
  });
});
