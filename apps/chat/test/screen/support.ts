import { type Frame, lineText, lineWidth } from '@hearsay/terminal';
import { expect } from 'vitest';
import type { ChatMessage } from '../../src/chat/message.js';
import type { Place } from '../../src/chat/place.js';
import { type Entry, newConversation } from '../../src/screen/model/conversation.js';
import { initialState } from '../../src/screen/model/initial-state.js';
import { DEFAULT_KEYS } from '../../src/screen/model/keys.js';
import type { ScreenEffect, ScreenEvent, ScreenState } from '../../src/screen/model/state.js';
import type { NamedMember, Surroundings } from '../../src/screen/model/surroundings.js';
import { update } from '../../src/screen/model/update.js';
import { UNICODE_GLYPHS } from '../../src/text/look.js';
import { idOf, member, SELF } from '../support/fake-peer.js';

export const LOBBY: Place = { kind: 'room', room: 'lobby' };
/** Noon, local time, so that pictures do not depend on where they are made. */
export const NOON: number = new Date(2026, 10, 22, 12, 0, 0).getTime();

export function named(changes: Partial<NamedMember> = {}): NamedMember {
  const name = changes.name ?? changes.nick ?? 'bob';
  return { ...member({ nick: name, ...changes }), name };
}

export const ANA: NamedMember = named({ id: SELF, name: 'ana', self: true, link: 'none' });

export function surroundings(changes: Partial<Surroundings> = {}): Surroundings {
  const members = changes.members ?? [ANA];
  const live = members.filter(({ self, state }) => !self && state === 'alive');
  return {
    atMs: NOON,
    members,
    status: {
      live: live.length,
      inSync: live.filter(({ inSync }) => inSync).length,
      isolated: false,
      stateHash: '9c21d0e4aaaaaaaa',
      messages: 12,
      heldBack: 0,
    },
    lackedAtDeath: new Map(),
    waiting: 0,
    holdings: new Map(),
    clocks: new Map(),
    links: [],
    services: [],
    ...changes,
  };
}

let sequence = 0;

export function chatMessage(changes: Partial<ChatMessage> = {}): ChatMessage {
  sequence += 1;
  const fromId = changes.fromId ?? idOf('b');
  const own = fromId === SELF;
  return {
    id: { peer: fromId, generation: 1, sequence },
    key: `${fromId}.1:${sequence}`,
    place: LOBBY,
    action: false,
    text: 'hi',
    fromId,
    nick: own ? 'ana' : 'bob',
    own,
    sentMs: NOON + sequence * 1_000,
    clock: [],
    ...changes,
  };
}

export function messageEntry(changes: Partial<ChatMessage> = {}, name = 'bob'): Entry {
  return { kind: 'message', message: chatMessage(changes), name, mention: false };
}

/** A screen that a test does things to. */
export class Rig {
  state: ScreenState;
  /** All but what others are told of typing. */
  readonly effects: ScreenEffect[] = [];
  readonly typing: ScreenEffect[] = [];

  constructor(changes: Partial<ScreenState> = {}) {
    const state = initialState({
      size: { columns: 100, rows: 30 },
      glyphs: UNICODE_GLYPHS,
      self: { nick: 'ana', port: 7_340 },
      network: 'local',
      conversations: [newConversation(LOBBY, '#lobby')],
      surroundings: surroundings(),
      keys: DEFAULT_KEYS,
      meshOnly: false,
    });
    this.state = { ...state, ...changes };
  }

  do(event: ScreenEvent): this {
    const { state, effects } = update(this.state, event);
    this.state = state;
    for (const effect of effects) {
      (effect.kind === 'typing' ? this.typing : this.effects).push(effect);
    }
    return this;
  }

  /** Keys by name; anything longer than a name of a key is text. */
  keys(...keys: readonly string[]): this {
    for (const key of keys) this.do({ kind: 'input', input: { kind: 'key', key }, nowMs: NOON });
    return this;
  }

  type(text: string): this {
    return this.do({ kind: 'input', input: { kind: 'text', text }, nowMs: NOON });
  }

  paste(text: string): this {
    return this.do({ kind: 'input', input: { kind: 'paste', text }, nowMs: NOON });
  }

  hear(text: string, changes: Partial<ChatMessage> = {}, name = 'bob'): this {
    return this.do({ kind: 'message', message: chatMessage({ text, ...changes }), name });
  }

  say(text: string, changes: Partial<ChatMessage> = {}): this {
    return this.hear(text, { fromId: SELF, ...changes }, 'ana');
  }

  open(place: Place, title: string, show = false): this {
    return this.do({ kind: 'opened', place, title, kept: [], show });
  }

  resize(columns: number, rows: number): this {
    return this.do({ kind: 'resized', size: { columns, rows } });
  }
}

/** What a frame says, and that it fits its window. */
export function picture(frame: Frame, columns: number, rows: number): string {
  expect(frame.lines.length).toBe(rows);
  for (const line of frame.lines) expect(lineWidth(line)).toBe(columns);
  const { cursor } = frame;
  if (cursor !== undefined) {
    expect(cursor.row).toBeLessThan(rows);
    expect(cursor.column).toBeLessThan(columns);
  }
  return frame.lines.map((line) => lineText(line).trimEnd()).join('\n');
}
