import { describe, expect, it } from 'vitest';
import type { ChatMessage } from '../../src/chat/message.js';
import type { Holding, MemberNotice } from '../../src/view/notice.js';
import { Arrivals } from '../../src/watch/arrivals.js';
import { FlapFolder } from '../../src/watch/flap-folder.js';
import { Receipts } from '../../src/watch/receipts.js';
import { RepeatLimiter } from '../../src/watch/repeat-limiter.js';
import { Timeline } from '../../src/watch/timeline.js';
import { idOf } from '../support/fake-peer.js';

const BOB = idOf('b');

function message(text: string, sentMs: number, sequence = 1): ChatMessage {
  return {
    id: { peer: BOB, generation: 1, sequence },
    key: `${BOB}.1:${sequence}`,
    place: { kind: 'room', room: 'lobby' },
    action: false,
    text,
    fromId: BOB,
    nick: 'bob',
    own: false,
    sentMs,
    clock: [],
  };
}

describe('arrivals', () => {
  it('are told together, with their sync', () => {
    const arrivals = new Arrivals(1_000);
    expect(arrivals.met('ana', 1_100)).toBe(true);
    expect(arrivals.met('bob', 1_150)).toBe(true);
    expect(arrivals.tick(1_160)).toEqual([]);
    arrivals.synced(2, 2, 3);
    expect(arrivals.tick(1_170)).toEqual([
      { kind: 'found', names: ['ana', 'bob'], tookMs: 100, inSync: { live: 2, messages: 3 } },
    ]);
    expect(arrivals.tick(9_000)).toEqual([]);
  });

  it('are told without their sync when that takes longer', () => {
    const arrivals = new Arrivals(1_000);
    arrivals.met('ana', 1_100);
    expect(arrivals.wakeAtMs).toBe(1_250);
    expect(arrivals.tick(1_250)).toMatchObject([{ kind: 'found', inSync: undefined }]);
    arrivals.synced(1, 1, 3);
    expect(arrivals.tick(1_400)).toEqual([{ kind: 'in-sync', inSync: { live: 1, messages: 3 } }]);
  });

  it('after the start are ordinary changes', () => {
    expect(new Arrivals(1_000).met('ana', 4_000)).toBe(false);
  });

  it('after a time alone are news again once in sync', () => {
    const arrivals = new Arrivals(0);
    arrivals.synced(1, 1, 1);
    expect(arrivals.tick(10_000)).toHaveLength(1);
    arrivals.synced(1, 1, 2);
    expect(arrivals.tick(11_000)).toEqual([]);
    arrivals.synced(0, 0, 2);
    arrivals.synced(1, 0, 2);
    expect(arrivals.tick(12_000)).toEqual([]);
    arrivals.synced(1, 1, 2);
    expect(arrivals.tick(13_000)).toHaveLength(1);
  });
});

describe('a peer that comes and goes', () => {
  const change = (state: MemberNotice['state'], was: MemberNotice['was']): MemberNotice => ({
    kind: 'member',
    name: 'eve',
    state,
    was,
    reason: 'answered',
    address: undefined,
    generation: 1,
    incarnation: 0,
    silentMs: undefined,
    agreed: 0,
    asked: 0,
  });

  it('is shown three times a minute, then counted, then told of when calm', () => {
    const folder = new FlapFolder();
    const shown: string[] = [];
    for (let round = 0; round < 6; round += 1) {
      const at = round * 4_000;
      for (const notice of folder.change(BOB, change('suspect', 'alive'), at))
        shown.push(notice.kind);
      for (const notice of folder.change(BOB, change('alive', 'suspect'), at + 1_000))
        shown.push(notice.kind);
    }
    expect(shown).toEqual([
      'member',
      'member',
      'member',
      'member',
      'member',
      'member',
      'member',
      'flapping',
    ]);
    expect(folder.tick(30_000)).toEqual([]);
    expect(folder.wakeAtMs).toBe(21_000 + 15_000);
    expect(folder.tick(36_000)).toEqual([
      { kind: 'calm', name: 'eve', state: 'alive', changes: 5 },
    ]);
    expect(folder.change(BOB, change('suspect', 'alive'), 200_000)).toHaveLength(1);
    folder.tick(300_000);
    expect(folder.wakeAtMs).toBeUndefined();
  });

  it('is shown in full when it dies for good', () => {
    const folder = new FlapFolder();
    expect(folder.change(BOB, change('suspect', 'alive'), 0)).toHaveLength(1);
    expect(folder.change(BOB, change('dead', 'suspect'), 100)).toHaveLength(1);
    expect(folder.wakeAtMs).toBeUndefined();
  });
});

it('a repeated notice comes at once, then rarely', () => {
  const limiter = new RepeatLimiter();
  const told = [0, 1, 29, 30, 60, 329, 330, 331].filter((second) =>
    limiter.allows('x', second * 1_000),
  );
  expect(told).toEqual([0, 30, 330]);
  expect(limiter.allows('y', 1_000)).toBe(true);
  limiter.forget('x');
  expect(limiter.allows('x', 332_000)).toBe(true);
});

describe('the timeline', () => {
  const timeline = (historyMax = 10): Timeline => new Timeline({ startedMs: 100_000, historyMax });

  it('shows what is said now at once', () => {
    expect(timeline().receive(message('hi', 100_500), 100_501)).toMatchObject([{ kind: 'now' }]);
  });

  it('gathers what was said before, and shows it when no more comes', () => {
    const line = timeline();
    expect(line.receive(message('one', 50_000), 100_010)).toEqual([]);
    expect(line.receive(message('two', 60_000), 100_020)).toEqual([]);
    expect(line.tick(100_100)).toEqual([]);
    expect(line.wakeAtMs).toBe(100_140);
    const [block] = line.tick(100_140);
    expect(block).toMatchObject({ kind: 'block', origin: 'fetched', count: 2 });
    expect(line.wakeAtMs).toBeUndefined();
  });

  it('shows a long stream of old ones before it ends', () => {
    const line = timeline();
    for (let at = 100_000; at < 102_000; at += 50) line.receive(message('x', 1_000), at);
    expect(line.tick(102_000)).toHaveLength(1);
  });

  it('shows only the newest ones, and counts all', () => {
    const line = timeline(2);
    for (let sequence = 1; sequence <= 5; sequence += 1) {
      line.receive(message(`${sequence}`, 1_000 + sequence), 100_010);
    }
    const [block] = line.flush();
    expect(block).toMatchObject({ count: 5, messages: [{ text: '4' }, { text: '5' }] });
  });

  it('shows none with a history of 0, and still says how many', () => {
    const line = timeline(0);
    line.receive(message('one', 1_000), 100_010);
    expect(line.flush()).toMatchObject([{ count: 1, messages: [] }]);
  });

  it('shows old ones before the reply to them', () => {
    const line = timeline();
    line.receive(message('question', 50_000), 100_010);
    expect(line.receive(message('answer', 100_020), 100_020)).toMatchObject([
      { kind: 'block', messages: [{ text: 'question' }] },
      { kind: 'now', message: { text: 'answer' } },
    ]);
  });

  it('announces late ones as such', () => {
    const line = timeline();
    line.receive(message('now', 120_000), 120_000);
    line.receive(message('late', 110_000), 120_500);
    expect(line.flush()).toMatchObject([{ origin: 'late', count: 1 }]);
    line.receive(message('old but newest', 130_000), 145_000);
    expect(line.flush()).toMatchObject([{ origin: 'late', count: 1 }]);
  });
});

describe('receipts of own messages', () => {
  function watched(): { receipts: Receipts; holding: Map<number, Holding> } {
    const holding = new Map<number, Holding>();
    const receipts = new Receipts({
      holdingOf: ({ sequence }) => holding.get(sequence) ?? { held: 0, live: 2 },
      behind: () => ['dia 1'],
    });
    return { receipts, holding };
  }

  it('need no word when all hold them in time', () => {
    const { receipts, holding } = watched();
    receipts.said(message('a', 0, 1), 1_000);
    holding.set(1, { held: 2, live: 2 });
    expect(receipts.tick(1_500)).toEqual([]);
    expect(receipts.tick(9_000)).toEqual([]);
    expect(receipts.wakeAtMs).toBeUndefined();
  });

  it('are told once when they are late, and once when all have come', () => {
    const { receipts, holding } = watched();
    receipts.said(message('a', 0, 1), 1_000);
    receipts.said(message('b', 0, 2), 2_000);
    holding.set(1, { held: 1, live: 2 });
    expect(receipts.wakeAtMs).toBe(4_000);
    expect(receipts.tick(3_999)).toEqual([]);
    expect(receipts.tick(4_000)).toEqual([
      { kind: 'unheld', count: 2, holding: { held: 1, live: 2 }, behind: ['dia 1'] },
    ]);
    receipts.said(message('c', 0, 3), 5_000);
    expect(receipts.tick(9_000)).toEqual([]);
    for (const sequence of [1, 2, 3]) holding.set(sequence, { held: 2, live: 2 });
    expect(receipts.tick(10_000)).toEqual([{ kind: 'held', count: 3 }]);
    expect(receipts.tick(11_000)).toEqual([]);
  });

  it('wait while nobody is there', () => {
    const { receipts, holding } = watched();
    holding.set(1, { held: 0, live: 0 });
    receipts.said(message('a', 0, 1), 0);
    expect(receipts.tick(3_000)).toMatchObject([{ kind: 'unheld', holding: { live: 0 } }]);
    expect(receipts.waiting).toBe(1);
    holding.set(1, { held: 1, live: 1 });
    expect(receipts.tick(60_000)).toEqual([{ kind: 'held', count: 1 }]);
  });

  it('list the last ones as they stand', () => {
    const { receipts, holding } = watched();
    for (let sequence = 1; sequence <= 12; sequence += 1)
      receipts.said(message('x', 0, sequence), 0);
    holding.set(12, { held: 1, live: 2 });
    expect(receipts.recent()).toHaveLength(10);
    expect(receipts.recent().at(-1)).toMatchObject({ holding: { held: 1 } });
  });
});
