import { describe, expect, it } from 'vitest';
import { amended, type Change, NO_AMENDMENT } from '../../src/chat/change.js';
import type { ChatMessage } from '../../src/chat/message.js';
import { meshView } from '../../src/screen/mesh/mesh-view.js';
import { currentOf, type ScreenState } from '../../src/screen/model/state.js';
import { screenView } from '../../src/screen/view/chat-view.js';
import { idOf, SELF } from '../support/fake-peer.js';
import { chatMessage, picture, Rig } from './support.js';

const seen = ({ size, ...state }: ScreenState): string =>
  picture(screenView({ size, ...state }, meshView), size.columns, size.rows);

function changed(message: ChatMessage, ...changes: readonly Partial<Change>[]): ChatMessage {
  const amendment = changes.reduce(
    (before, change, index) =>
      amended(before, {
        of: message.key,
        by: message.fromId,
        stamp: { time: { ms: index, counter: 0 }, key: `${message.fromId}.1:${100 + index}` },
        ...change,
      } as Change),
    NO_AMENDMENT,
  );
  return { ...message, amendment };
}

describe('a changed message', () => {
  const message = chatMessage({ text: 'helo' });
  const rig = (): Rig => new Rig().do({ kind: 'message', message, name: 'bob' }).hear('after');

  it('says what it says now, and that it was edited', () => {
    const edited = changed(message, { kind: 'edit', text: 'hello' });
    expect(seen(rig().do({ kind: 'amended', message: edited }).state)).toMatch(
      /bob {2}hello \(edited\)/,
    );
  });

  it('is gone when it was deleted', () => {
    const shown = seen(
      rig().do({ kind: 'amended', message: changed(message, { kind: 'delete' }) }).state,
    );
    expect(shown).toContain('bob  (deleted)');
    expect(shown).not.toContain('helo');
  });

  it('shows reactions below it', () => {
    const reacted = changed(
      message,
      { kind: 'react', emoji: '👍', on: true },
      { kind: 'react', emoji: '👍', on: true, by: SELF },
      { kind: 'react', emoji: '🎉', on: true },
    );
    expect(seen(rig().do({ kind: 'amended', message: reacted }).state)).toMatch(
      /helo[^\n]*\n.* {10}👍 2 {2}🎉 1/,
    );
  });

  it('that is not on the screen changes nothing', () => {
    const known = rig();
    const { state } = known;
    const other = changed(chatMessage(), { kind: 'delete' });
    expect(known.do({ kind: 'amended', message: other }).state).toBe(state);
  });
});

describe('a picked message', () => {
  it('is the one that a change is about, and is let go of by Esc', () => {
    const rig = new Rig().say('mine').hear('theirs').keys('alt-up', 'alt-up', 'alt-e');
    expect(currentOf(rig.state).draft.text).toBe('/edit mine');
    rig.keys('enter');
    expect(rig.effects.at(-1)).toMatchObject({
      kind: 'submit',
      text: '/edit mine',
      picked: expect.any(String),
    });
    expect(currentOf(rig.state).picked).toBeUndefined();
    rig.keys('alt-up', 'escape');
    expect(currentOf(rig.state).picked).toBeUndefined();
  });

  it('is always on the screen', () => {
    const rig = new Rig();
    for (let number = 0; number < 60; number += 1) rig.hear(`message ${number}.`);
    rig.keys(...Array.from({ length: 50 }, () => 'alt-up'));
    expect(seen(rig.state)).toContain('message 10.');
    rig.keys(...Array.from({ length: 50 }, () => 'alt-down'));
    expect(currentOf(rig.state).picked).toBeUndefined();
  });
});

describe('a search', () => {
  const rig = (): Rig => {
    const all = new Rig();
    for (let number = 0; number < 100; number += 1) {
      all.hear(number % 10 === 3 ? `needle ${number}.` : `hay ${number}.`, { fromId: idOf('b') });
    }
    return all;
  };

  it('goes from match to match, and says which', () => {
    const searching = rig().keys('ctrl-f').type('NEEDLE');
    expect(seen(searching.state)).toMatch(/search: NEEDLE_ {2}1 of 10/);
    expect(seen(searching.state)).toContain('needle 93.');
    expect(seen(searching.keys('up', 'up', 'up').state)).toContain('needle 63.');
    expect(seen(searching.keys('down').state)).toMatch(/3 of 10/);
    expect(seen(searching.keys('escape').state)).not.toContain('search:');
    expect(seen(searching.state)).toContain('needle 73.');
  });

  it('says when there is nothing', () => {
    const searching = rig().do({ kind: 'search', query: 'absent' });
    expect(seen(searching.state)).toContain('nothing found');
    searching.keys('ctrl-u').type('hay 98');
    expect(seen(searching.state)).toContain('1 of 1');
  });
});
