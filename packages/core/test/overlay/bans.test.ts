import { describe, expect, it } from 'vitest';
import { Bans } from '../../src/overlay/bans.js';
import { CLOSE_CODES } from '../../src/wire/close-codes.js';
import { Bench, batchBytes, helloOf } from '../support/bench.js';
import { peer } from '../support/identities.js';

const LIAR = 0x70;
const ANOTHER = 0x60;

describe('peers that are not let in', () => {
  it('are told for how long, and let in after it', () => {
    const bans = new Bans(2);
    bans.add(peer(1), 'forged: it lied', 1_000);
    expect(bans.reasonFor(peer(1), 1_001)).toBe('not let in for 30 s: forged: it lied');
    expect(bans.reasonFor(peer(2), 1_001)).toBeUndefined();
    expect(bans.reasonFor(peer(1), 31_000)).toBeUndefined();
  });

  it('are no more than the bound, and the oldest is let in again', () => {
    const bans = new Bans(2);
    for (const byte of [1, 2, 1, 3]) bans.add(peer(byte), 'lied', 0);
    const kept = [1, 2, 3].map((byte) => bans.reasonFor(peer(byte), 1) !== undefined);
    expect(kept).toEqual([true, false, true]);
  });
});

describe('a member that passed on a forgery', () => {
  it('is refused with the reason when it comes back, and others are not', () => {
    const bench = new Bench();
    const link = bench.open(LIAR);
    const forged = batchBytes(ANOTHER, 1);
    forged[forged.length - 1] = (forged.at(-1) ?? 0) ^ 1;
    bench.say(link, { kind: 'batch', bytes: forged });
    bench.feed({ kind: 'link-opened', link: 91 });
    expect(bench.say(91, helloOf(LIAR))).toContainEqual(
      expect.objectContaining({
        kind: 'close',
        code: CLOSE_CODES.forged,
        reason: expect.stringMatching(/^not let in for 30 s: forged: batch 1 of /),
      }),
    );
    bench.open(ANOTHER);
    bench.run(30_000);
    bench.open(LIAR);
    expect(bench.member(LIAR)?.link).toBeDefined();
  });
});
