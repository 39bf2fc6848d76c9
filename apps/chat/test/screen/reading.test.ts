import { streamId } from '@hearsay/core';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { ReadMarks } from '../../src/profile/read-marks.js';
import { newConversation } from '../../src/screen/model/conversation.js';
import { initialState } from '../../src/screen/model/initial-state.js';
import { DEFAULT_KEYS } from '../../src/screen/model/keys.js';
import { Reading } from '../../src/screen/reading.js';
import { screenView } from '../../src/screen/view/chat-view.js';
import { UNICODE_GLYPHS } from '../../src/text/look.js';
import { LOBBY, messageEntry, picture, Rig, surroundings } from './support.js';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

function reading() {
  const saved: ReadMarks[] = [];
  const file = {
    save: (marks: ReadMarks) => {
      saved.push(new Map(marks));
      return Promise.resolve();
    },
  };
  return { saved, reader: new Reading(file, undefined) };
}

/** What a start with these marks makes of the kept messages. */
function restarted(rig: Rig, marks: ReadMarks | undefined) {
  return rig.state.conversations.map(({ key, place, title, entries }) =>
    newConversation(place, title, [...entries.entries()], marks?.get(key)),
  );
}

it('what was looked at is not new after a restart, and what nobody looked at is', async () => {
  const { saved, reader } = reading();
  const rig = new Rig().hear('one').hear('two');
  reader.follow(rig.state.conversations);
  rig.do({ kind: 'input', input: { kind: 'focus', focused: false }, nowMs: 0 });
  rig.hear('three').hear('ana: four');
  reader.follow(rig.state.conversations);
  await vi.advanceTimersByTimeAsync(1_001);
  expect(saved).toHaveLength(1);
  const [lobby] = restarted(rig, saved.at(-1));
  expect(lobby).toMatchObject({ unread: 2, newFrom: 2 });
});

it('is kept soon, once for many, and not again while nothing is read', async () => {
  const { saved, reader } = reading();
  const rig = new Rig();
  for (let count = 0; count < 500; count += 1) {
    rig.hear(`number ${count}`);
    reader.follow(rig.state.conversations);
  }
  await vi.advanceTimersByTimeAsync(5_000);
  reader.follow(rig.state.conversations);
  await vi.advanceTimersByTimeAsync(5_000);
  await reader.close();
  expect(saved).toHaveLength(1);
  expect(restarted(rig, saved.at(-1))[0]?.unread).toBe(0);
});

it('nothing is new where nobody knows what was read', () => {
  const [lobby] = restarted(new Rig().hear('one'), undefined);
  expect(lobby).toMatchObject({ unread: 0, newFrom: undefined });
});

it('the room that is shown first has a line above what is new, and counts nothing', () => {
  const kept = ['read', 'new', 'newer'].map((text) => messageEntry({ text }));
  const [, second] = kept;
  if (second?.kind !== 'message') throw new Error('it is one');
  const { peer, generation, sequence } = second.message.id;
  const streams = new Map([[streamId(peer, generation), sequence - 1]]);
  const state = initialState({
    size: { columns: 100, rows: 30 },
    glyphs: UNICODE_GLYPHS,
    self: { nick: 'ana', port: 7_340 },
    network: 'local',
    conversations: [newConversation(LOBBY, '#lobby', kept, { streams, sentMs: 0 })],
    surroundings: surroundings(),
    keys: DEFAULT_KEYS,
    meshOnly: false,
  });
  expect(state.conversations[0]).toMatchObject({ unread: 0, newFrom: 1 });
  const rows = picture(
    screenView(state, () => ({ lines: [] })),
    100,
    30,
  ).split('\n');
  const line = rows.findIndex((row) => /─ new ─/.test(row));
  expect(rows[line + 1]).toContain('new');
  expect(rows[line - 1]).toContain('read');
});
