import { describe, expect, it } from 'vitest';
import { CLOSE_CODES } from '../../src/wire/close-codes.js';
import { Bench, batchBytes, batchOf, SELF, updateOf } from '../support/bench.js';
import { sent } from '../support/context.js';
import { peer, stream } from '../support/identities.js';

const [NEAR, BESIDE, FAR] = [0x60, 0x61, 0x70];

/** Two neighbours, and a member behind them that is none. */
function sparse(directLackingMax: number): { bench: Bench; near: number; beside: number } {
  const bench = new Bench({ config: { directLackingMax, hearsaySettledMs: 0 } });
  const near = bench.open(NEAR);
  const beside = bench.open(BESIDE);
  bench.say(near, { kind: 'updates', updates: [updateOf(FAR, { addresses: ['far:1'] })] });
  bench.run(100);
  return { bench, near, beside };
}

describe('a batch of our own', () => {
  it('goes out as one to be relayed where more members than a few are no neighbours', () => {
    const { bench, near, beside } = sparse(0);
    const effects = [...bench.publish('a'), ...bench.run(0)];
    expect(sent(effects, 'relay').map(({ link }) => link)).toEqual([near, beside]);
    expect(sent(effects, 'batch')).toEqual([]);
    expect(effects).toContainEqual(expect.objectContaining({ kind: 'published', links: 2 }));
  });

  it('goes straight to all neighbours where only a few members are none', () => {
    const { bench, near, beside } = sparse(1);
    const effects = [...bench.publish('a'), ...bench.run(0)];
    expect(sent(effects, 'batch').map(({ link }) => link)).toEqual([near, beside]);
    expect(sent(effects, 'relay')).toEqual([]);
  });

  it('is said to go out on the links of its tree', () => {
    const { bench, near } = sparse(0);
    bench.publish('a');
    bench.run(0);
    bench.say(near, { kind: 'prune', origins: [SELF] });
    const published = bench.publish('b').find(({ kind }) => kind === 'published');
    expect(published).toMatchObject({ links: 1 });
  });

  it('that nobody is there for is kept, and goes out on no link', () => {
    const bench = new Bench({ config: { directLackingMax: 0 } });
    expect(bench.publish('a')).toContainEqual(expect.objectContaining({ links: 0 }));
  });
});

describe('a relayed batch', () => {
  it('is delivered, and goes on as the bytes of its origin', () => {
    const { bench, near, beside } = sparse(0);
    const bytes = batchBytes(FAR, 1);
    const effects = bench.say(near, { kind: 'relay', bytes });
    expect(effects).toContainEqual(expect.objectContaining({ kind: 'deliver', own: false }));
    expect(sent(effects, 'relay')).toEqual([{ link: beside, frame: { kind: 'relay', bytes } }]);
  });

  it('goes on while it waits for its cause here', () => {
    const { bench, near, beside } = sparse(0);
    const effects = bench.say(near, { kind: 'relay', bytes: batchBytes(FAR, 2) });
    expect(effects.some(({ kind }) => kind === 'deliver')).toBe(false);
    expect(sent(effects, 'relay').map(({ link }) => link)).toEqual([beside]);
    bench.say(beside, { kind: 'graft', batches: [[stream(FAR), 2]] });
  });

  it('that its origin did not sign closes the link and goes no further', () => {
    const { bench, near } = sparse(0);
    const bytes = batchBytes(FAR, 1);
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    const effects = bench.say(near, { kind: 'relay', bytes });
    expect(effects).toContainEqual(
      expect.objectContaining({ kind: 'close', link: near, code: CLOSE_CODES.forged }),
    );
    expect(sent(effects, 'relay')).toEqual([]);
  });

  it('that contradicts another of its origin goes no further', () => {
    const { bench, near } = sparse(0);
    bench.say(near, { kind: 'relay', bytes: batchBytes(FAR, 1) });
    const rival = batchBytes(FAR, 1, { generation: 1, causes: [[stream(NEAR), 1]] });
    const effects = bench.say(near, { kind: 'relay', bytes: rival });
    expect(sent(effects, 'relay')).toEqual([]);
    expect(bench.engine.counters().equivocations).toBe(1);
  });

  it('that follows messages of ours that we never wrote goes no further', () => {
    const { bench, near } = sparse(0);
    const bytes = batchBytes(FAR, 1, { causes: [[stream(0x50), 9]] });
    expect(sent(bench.say(near, { kind: 'relay', bytes }), 'relay')).toEqual([]);
  });

  it('that came straight is not passed on', () => {
    const { bench, near } = sparse(0);
    expect(sent(bench.say(near, batchOf(NEAR, 1)), 'relay')).toEqual([]);
  });

  it('is served to who asks for it, whether or not it was delivered', () => {
    const { bench, near, beside } = sparse(0);
    for (const sequence of [1, 3]) {
      bench.say(near, { kind: 'relay', bytes: batchBytes(FAR, sequence) });
      const batches = [[stream(FAR), sequence]] as const;
      const effects = bench.say(beside, { kind: 'graft', batches });
      expect(sent(effects, 'relay').map(({ frame }) => frame.bytes)).toEqual([
        batchBytes(FAR, sequence),
      ]);
    }
  });
});

describe('an announcement', () => {
  it('of messages of ours that we never wrote closes the link', () => {
    const { bench, near } = sparse(0);
    const effects = bench.say(near, { kind: 'ihave', batches: [[stream(0x50), 1]] });
    expect(effects).toContainEqual(
      expect.objectContaining({ kind: 'close', link: near, code: CLOSE_CODES.forged }),
    );
  });

  it('of what is here, or waits for its cause here, is not followed up', () => {
    const { bench, near, beside } = sparse(0);
    bench.say(near, batchOf(FAR, 1), batchOf(FAR, 3));
    const batches = [1, 3].map((last) => [stream(FAR), last] as const);
    bench.say(beside, { kind: 'ihave', batches });
    expect(sent(bench.run(2_000), 'graft')).toEqual([]);
  });

  it('is followed up by a graft when nothing comes', () => {
    const { bench, beside } = sparse(0);
    bench.say(beside, { kind: 'ihave', batches: [[stream(FAR), 1]] });
    expect(sent(bench.run(200), 'graft')).toEqual([
      { link: beside, frame: { kind: 'graft', batches: [[stream(FAR), 1]] } },
    ]);
  });

  it('that waits goes out before we leave', () => {
    const { bench, near, beside } = sparse(0);
    bench.say(beside, { kind: 'prune', origins: [peer(FAR)] });
    bench.say(near, { kind: 'relay', bytes: batchBytes(FAR, 1) });
    bench.say(beside, { kind: 'prune', origins: [peer(FAR)] });
    bench.say(near, { kind: 'relay', bytes: batchBytes(FAR, 2) });
    const effects = bench.feed({ kind: 'command', command: { kind: 'leave' } });
    expect(sent(effects, 'ihave').map(({ link }) => link)).toEqual([beside]);
  });
});
