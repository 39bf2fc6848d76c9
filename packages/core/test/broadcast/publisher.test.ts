import { describe, expect, it } from 'vitest';
import { compareTimes } from '../../src/clock/hybrid-logical-clock.js';
import { HearsayError } from '../../src/errors.js';
import { DEFAULT_LIMITS } from '../../src/limits.js';
import { readBatch } from '../../src/wire/batch.js';
import { Bench, batchOf, recordOf, SELF } from '../support/bench.js';
import { type ReadEffect, START_MS, sent, WALL_OFFSET_MS } from '../support/context.js';
import { ascii, peer, stream } from '../support/identities.js';

function codeOf(action: () => unknown): string | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    if (!(error instanceof HearsayError)) throw error;
    return error.code;
  }
}

function publish(bench: Bench, topic: string, bytes: number): () => unknown {
  const payload = new Uint8Array(bytes);
  return () => bench.feed({ kind: 'command', command: { kind: 'publish', topic, payload } });
}

describe('publishing', () => {
  it('names messages densely and says on how many links they leave', () => {
    const bench = new Bench();
    bench.open(0x60);
    const published = [bench.publish('a'), bench.publish('b')].flat().filter((effect) => {
      return effect.kind === 'published';
    });
    expect(published).toEqual([
      { kind: 'published', id: { peer: SELF, generation: 1, sequence: 1 }, links: 1 },
      { kind: 'published', id: { peer: SELF, generation: 1, sequence: 2 }, links: 1 },
    ]);
  });

  it('sends what one turn published as one batch, the same bytes on every link', () => {
    const bench = new Bench();
    const links = [bench.open(0x60), bench.open(0x61)];
    bench.publish('a');
    bench.publish('b');
    const batches = sent(bench.run(0), 'batch');
    expect(batches.map((each) => each.link)).toEqual(links);
    const [first, second] = batches;
    expect(first?.frame.bytes).toEqual(second?.frame.bytes);
    const { firstSequence, count } = readBatch(
      first?.frame.bytes ?? new Uint8Array(0),
      DEFAULT_LIMITS,
    );
    expect([firstSequence, count]).toEqual([1, 2]);
  });

  it('sends the first message after a quiet time at once, and gathers those that follow', () => {
    const bench = new Bench({ config: { batchQuietMs: 5, batchGapMs: 5 } });
    bench.open(0x60);
    const counts = (effects: readonly ReadEffect[]): number[] =>
      sent(effects, 'batch').map(({ frame }) => countOf(frame.bytes));
    expect(counts(bench.publish('a'))).toEqual([1]);
    expect(counts(bench.publish('b'))).toEqual([]);
    bench.nowMs += 10; // A long turn is not a quiet time.
    expect(counts(bench.publish('c'))).toEqual([]);
    expect(counts(bench.run(0))).toEqual([2]);
    bench.run(4);
    expect(counts(bench.publish('d'))).toEqual([]);
    expect(counts(bench.run(0))).toEqual([]);
    expect(counts(bench.run(6))).toEqual([1]);
    expect(counts(bench.publish('e'))).toEqual([1]);
  });

  it('shares the rate of one publisher with others who speak at the same time', () => {
    const bench = new Bench({ config: { batchQuietMs: 5, batchGapMs: 5, batchGapMaxMs: 12 } });
    const link = bench.open(0x60);
    const counts = (effects: readonly ReadEffect[]): number[] =>
      sent(effects, 'batch').map(({ frame }) => countOf(frame.bytes));
    expect(counts(bench.publish('a'))).toEqual([1]);
    bench.say(link, batchOf(0x60, 1));
    expect(counts(bench.publish('b'))).toEqual([]);
    expect(counts(bench.run(6))).toEqual([1]); // One other spoke before it: a gap of 10 ms from here.
    bench.run(6);
    expect(counts(bench.publish('c'))).toEqual([]);
    bench.say(link, batchOf(0x60, 2), batchOf(0x61, 1), batchOf(0x62, 1));
    expect(counts(bench.run(2))).toEqual([]);
    expect(counts(bench.run(1))).toEqual([1]); // Three others: 20 ms, were it not for the bound.
    bench.publish('d');
    expect(counts(bench.run(11))).toEqual([]);
    expect(counts(bench.run(2))).toEqual([1]);
  });

  it('does not wait for those who spoke long ago', () => {
    const bench = new Bench({ config: { batchQuietMs: 5, batchGapMs: 5, batchGapMaxMs: 50 } });
    const link = bench.open(0x60);
    bench.publish('a');
    bench.say(link, batchOf(0x60, 1), batchOf(0x61, 1));
    bench.run(1_000);
    expect(sent(bench.publish('b'), 'batch')).toHaveLength(1);
    expect(sent(bench.publish('c'), 'batch')).toHaveLength(0);
    expect(sent(bench.run(6), 'batch')).toHaveLength(1);
  });

  it('begins another batch at the bounds of one', () => {
    const byRecords = new Bench({ limits: { batchRecordsMax: 2 } });
    byRecords.open(0x60);
    const ofRecords = ['a', 'b', 'c'].flatMap((text) => byRecords.publish(text));
    ofRecords.push(...byRecords.run(0));
    expect(sent(ofRecords, 'batch').map(({ frame }) => countOf(frame.bytes))).toEqual([2, 1]);

    const byBytes = new Bench({ limits: { batchBytesMax: 1_000 } });
    byBytes.open(0x60);
    const ofBytes = [1, 2, 3].flatMap(() => byBytes.publish('x'.repeat(300)));
    ofBytes.push(...byBytes.run(0));
    expect(sent(ofBytes, 'batch').map(({ frame }) => countOf(frame.bytes))).toEqual([2, 1]);
  });

  it('delivers our own messages here, marked as such', () => {
    const bench = new Bench();
    bench.publish('a');
    const delivered = bench.run(0).filter((effect) => effect.kind === 'deliver');
    expect(delivered).toMatchObject([{ own: true, messages: [{ id: { sequence: 1 } }] }]);
  });

  it('tells as causes only what rose since the batch before', () => {
    const bench = new Bench();
    const link = bench.open(0x60);
    const causes = (): unknown => {
      bench.publish('mine');
      const [batch] = sent(bench.run(0), 'batch');
      return readBatch(batch?.frame.bytes ?? new Uint8Array(0), DEFAULT_LIMITS).causes;
    };
    expect(causes()).toEqual([]);
    bench.say(link, batchOf(0x61, 1), batchOf(0x60, 1));
    expect(causes()).toEqual([
      [stream(0x60), 1],
      [stream(0x61), 1],
    ]);
    expect(causes()).toEqual([]);
    bench.say(link, batchOf(0x61, 2));
    expect(causes()).toEqual([[stream(0x61), 2]]);
  });

  it('gives a message a later time than every message it follows', () => {
    const bench = new Bench();
    const link = bench.open(0x60);
    bench.publish('mine');
    // It arrives after we published and before the turn ends, from a clock half a second ahead.
    const time = { ms: WALL_OFFSET_MS + START_MS + 500, counter: 3 };
    const effects = bench.say(link, batchOf(0x60, 1, { records: [recordOf('x', { time })] }));
    effects.push(...bench.run(0));
    const messages = effects.flatMap((effect) => {
      return effect.kind === 'deliver' ? effect.messages : [];
    });
    const mine = messages.find((message) => message.id.peer === SELF);
    const theirs = messages.find((message) => message.id.peer === peer(0x60));
    if (mine === undefined || theirs === undefined) throw new Error('both are delivered');
    const follows = mine.clock.some(([id]) => id === stream(0x60));
    if (follows) expect(compareTimes(mine.time, theirs.time)).toBeGreaterThan(0);
  });

  it('shows others the very text that it shows here', () => {
    const bench = new Bench();
    const link = bench.open(0x60);
    const payload = ascii('x');
    const topic = 'half a pair \ud83d';
    const code = codeOf(() => {
      bench.feed({ kind: 'command', command: { kind: 'publish', topic, payload } });
    });
    if (code !== undefined) return;
    const effects = bench.run(0);
    const here = effects.flatMap((effect) => (effect.kind === 'deliver' ? effect.messages : []));
    const there = sent(effects, 'batch').filter((each) => each.link === link);
    const read = there.map(({ frame }) => readBatch(frame.bytes, DEFAULT_LIMITS).records[0]?.topic);
    expect(read).toEqual(here.map((message) => message.topic));
  });
});

describe('what cannot be published', () => {
  it('is refused with its own code, and uses up no sequence', () => {
    const bench = new Bench({ limits: { payloadBytesMax: 10, topicBytesMax: 5 } });
    expect(codeOf(publish(bench, '', 1))).toBe('topic-empty');
    expect(codeOf(publish(bench, 'abcdef', 1))).toBe('topic-too-long');
    expect(codeOf(publish(bench, '€€', 1))).toBe('topic-too-long');
    expect(codeOf(publish(bench, 'room', 11))).toBe('payload-too-large');
    expect(codeOf(publish(bench, '€ab', 10))).toBe(undefined);
    expect(bench.run(0)).toMatchObject([
      { kind: 'deliver', messages: [{ id: { sequence: 1 } }] },
      {},
    ]);
  });

  it('says the real size and the real limit', () => {
    const bench = new Bench({ limits: { payloadBytesMax: 10 } });
    expect(publish(bench, 'room', 11)).toThrow('message of 11 bytes, the limit is 10');
  });

  it('is more than a turn holds; the next turn takes it', () => {
    const bench = new Bench({ limits: { outboxMessagesMax: 2 } });
    bench.publish('a');
    bench.publish('b');
    expect(codeOf(publish(bench, 'room', 1))).toBe('outbox-full');
    bench.run(0);
    expect(codeOf(publish(bench, 'room', 1))).toBe(undefined);
  });
});

function countOf(bytes: Uint8Array): number {
  return readBatch(bytes, DEFAULT_LIMITS).count;
}
