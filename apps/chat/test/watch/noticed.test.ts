import { describe, expect, it } from 'vitest';
import { deathsCollectedMax, verdictsPerDeathMax } from '../../src/signals/limits.js';
import { noticeWords } from '../../src/view/notice-words.js';
import { Noticed } from '../../src/watch/noticed.js';
import { idOf } from '../support/fake-peer.js';

const BOB = idOf('b');
const CY = idOf('c');
const DIA = idOf('d');
const NAMES = new Map([
  [BOB, 'bob'],
  [CY, 'cy'],
  [DIA, 'dia'],
]);

function noticed(live = [BOB, DIA]): Noticed {
  return new Noticed({ nameOf: (id) => NAMES.get(id) ?? id.slice(0, 4), live: () => live });
}

function words(watch: Noticed, nowMs: number): readonly string[] {
  return watch
    .tick(nowMs)
    .map((notice) => (notice.kind === 'message' ? '' : noticeWords(notice).text));
}

const death = { peer: CY, generation: 1 };

describe('who noticed a death', () => {
  it('is told when all have said it, the first one first', () => {
    const watch = noticed();
    watch.other(BOB, death, 1_000);
    watch.own(CY, 1, 1_020);
    expect(words(watch, 1_020)).toEqual([]);
    watch.other(DIA, death, 1_120);
    expect(words(watch, 1_120)).toEqual(['cy dead to all 3: bob first, we +0.02s, dia +0.1s']);
    expect(watch.wakeAtMs).toBeUndefined();
  });

  it('is told after a while without those who have not said it', () => {
    const watch = noticed();
    watch.own(CY, 1, 1_000);
    watch.other(BOB, death, 1_050);
    expect(watch.wakeAtMs).toBe(4_000);
    expect(words(watch, 3_999)).toEqual([]);
    expect(words(watch, 4_000)).toEqual([
      'cy dead to 2 of 3: we first, bob +0.05s; not heard from dia',
    ]);
  });

  it('is nothing to tell while alone, or while we do not say so ourselves', () => {
    const alone = noticed([]);
    alone.own(CY, 1, 1_000);
    expect(words(alone, 9_000)).toEqual([]);
    const unmoved = noticed();
    unmoved.other(BOB, death, 1_000);
    expect(words(unmoved, 60_000)).toEqual([]);
    expect(unmoved.wakeAtMs).toBeUndefined();
  });

  it('is of one run: what was said of an earlier one does not count', () => {
    const watch = noticed([BOB]);
    watch.other(BOB, death, 1_000);
    watch.own(CY, 2, 1_500);
    expect(words(watch, 1_500)).toEqual([]);
  });

  it('names the first few and the last of many', () => {
    const many = Array.from({ length: 9 }, (_none, index) => idOf(String(index)));
    const watch = noticed(many);
    watch.own(CY, 1, 1_000);
    for (const [index, id] of many.entries()) watch.other(id, death, 1_100 + index * 100);
    expect(words(watch, 2_000)).toEqual([
      'cy dead to all 10: we first, 0000 +0.1s, 1111 +0.2s, 2222 +0.3s, the last of all +0.9s',
    ]);
  });

  it('is remembered of a bounded number of deaths and peers', () => {
    const watch = noticed();
    const strangers = Array.from({ length: 2 * deathsCollectedMax }, (_none, index) => index);
    for (const generation of strangers) watch.other(BOB, { peer: CY, generation }, 1_000);
    watch.own(CY, 0, 1_000); // Forgotten by now.
    expect(words(watch, 4_000)).toEqual(['cy dead to 1 of 3: we first; not heard from bob, dia']);
    const crowded = noticed([]);
    for (let count = 0; count <= verdictsPerDeathMax; count += 1) {
      const id = `${count.toString(16).padStart(64, '0')}` as typeof BOB;
      crowded.other(id, death, 1_000);
    }
    crowded.own(CY, 1, 1_000);
    expect(words(crowded, 1_000)[0]).toContain(`all ${verdictsPerDeathMax + 1}:`);
  });
});
