import { type MemberView, type PeerId, peerId } from '@hearsay/core';
import { describe, expect, it } from 'vitest';
import { Roster } from '../src/events/roster.js';
import { encodeMeta } from '../src/member-meta.js';

const ANA = peerId(`${'a'.repeat(28)}0001`);
const BOB = peerId(`${'b'.repeat(28)}9f02`);

const meta = (nick: string) => encodeMeta({ nick, tags: {} }, 512);

function view(peer: PeerId, nick?: string): MemberView {
  return {
    peer,
    generation: 1,
    incarnation: 0,
    state: 'alive',
    self: false,
    sinceMs: 100,
    meta: nick === undefined ? new Uint8Array() : meta(nick),
    addresses: [],
    link: { id: 1, dialled: true },
    rttMs: 2,
    heardMs: 900,
    sync: { lacks: 1, ahead: 0, inSync: false, diverged: false, atMs: undefined },
  };
}

describe('the roster', () => {
  it('shows a member with ages', () => {
    const roster = new Roster(10);
    roster.set(ANA, meta('ana'));
    expect(roster.describe(view(ANA), 1_000)).toMatchObject({
      nick: 'ana',
      label: 'ana',
      stateForMs: 900,
      heardMsAgo: 100,
      toldMsAgo: undefined,
      link: 'out',
      lacks: 1,
    });
  });

  it('tells two with one nick apart, until one is gone', () => {
    const roster = new Roster(10);
    roster.set(ANA, meta('ana'));
    roster.set(BOB, meta('Ana'));
    expect(roster.describe(view(BOB), 0).label).toBe('Ana~9f02');
    expect(roster.describe(view(ANA), 0).label).toBe('ana~0001');
    roster.set(ANA, meta('dia'));
    expect(roster.describe(view(BOB), 0).label).toBe('Ana');
    roster.set(ANA, meta('ana'));
    roster.forget(ANA);
    expect(roster.describe(view(BOB), 0).label).toBe('Ana');
  });

  it('shows whoever has no nick by its id', () => {
    const shown = new Roster(10).describe(view(BOB), 0);
    expect(shown).toMatchObject({ nick: 'bbbb', label: 'bbbb', tags: {} });
  });

  it('learns from a view what no event has told yet', () => {
    expect(new Roster(10).describe(view(ANA, 'ana'), 0).nick).toBe('ana');
  });

  it('tells what changed', () => {
    const roster = new Roster(10);
    expect(roster.set(ANA, meta('ana'))).toEqual({ wasNick: undefined });
    expect(roster.set(ANA, meta('ana'))).toBeUndefined();
    expect(roster.set(ANA, meta('dia'))).toEqual({ wasNick: 'ana' });
  });

  it('remembers no more than it may', () => {
    const roster = new Roster(1);
    roster.set(ANA, meta('ana'));
    roster.set(BOB, meta('bob'));
    expect(roster.nickOf(ANA)).toBeUndefined();
    expect(roster.nickOf(BOB)).toBe('bob');
  });
});
