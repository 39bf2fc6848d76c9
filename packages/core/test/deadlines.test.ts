import { describe, expect, it } from 'vitest';
import { Deadlines } from '../src/deadlines.js';
import { peer } from './support/identities.js';

describe('deadlines', () => {
  it('fall due earliest first, and those of one time in the order of setting', () => {
    const deadlines = new Deadlines();
    deadlines.set({ kind: 'redial' }, 30);
    deadlines.set({ kind: 'pull' }, 10);
    deadlines.set({ kind: 'have' }, 20);
    deadlines.set({ kind: 'offer' }, 10);
    deadlines.set({ kind: 'forget' }, 31);
    expect(deadlines.nextMs).toBe(10);
    expect(deadlines.takeDue(9)).toEqual([]);
    expect(deadlines.takeDue(30).map(({ kind }) => kind)).toEqual([
      'pull',
      'offer',
      'have',
      'redial',
    ]);
    expect(deadlines.nextMs).toBe(31);
    expect(deadlines.takeDue(30)).toEqual([]);
  });

  it('are replaced when set again, later or earlier, so that a stale one never fires', () => {
    const deadlines = new Deadlines();
    deadlines.set({ kind: 'pull' }, 10);
    deadlines.set({ kind: 'pull' }, 20);
    expect(deadlines.takeDue(19)).toEqual([]);
    expect(deadlines.takeDue(20)).toEqual([{ kind: 'pull' }]);
    expect(deadlines.takeDue(99)).toEqual([]);
  });

  it('may be set unless one as early is', () => {
    const deadlines = new Deadlines();
    deadlines.setNoLater({ kind: 'pull' }, 10);
    deadlines.setNoLater({ kind: 'pull' }, 20);
    expect(deadlines.takeDue(10)).toEqual([{ kind: 'pull' }]);
    deadlines.setNoLater({ kind: 'pull' }, 20);
    deadlines.setNoLater({ kind: 'pull' }, 15);
    expect(deadlines.takeDue(15)).toEqual([{ kind: 'pull' }]);
  });

  it('are told apart by what they are about', () => {
    const deadlines = new Deadlines();
    deadlines.set({ kind: 'suspicion', peer: peer(1) }, 10);
    deadlines.set({ kind: 'suspicion', peer: peer(2) }, 10);
    deadlines.set({ kind: 'probe', nonce: 1 }, 10);
    deadlines.set({ kind: 'relayed-probe', nonce: 1 }, 10);
    deadlines.set({ kind: 'handshake', link: 1 }, 10);
    deadlines.cancel({ kind: 'suspicion', peer: peer(1) });
    expect(deadlines.has({ kind: 'suspicion', peer: peer(1) })).toBe(false);
    expect(deadlines.takeDue(10)).toEqual([
      { kind: 'suspicion', peer: peer(2) },
      { kind: 'probe', nonce: 1 },
      { kind: 'relayed-probe', nonce: 1 },
      { kind: 'handshake', link: 1 },
    ]);
  });

  it('are none after all were cleared', () => {
    const deadlines = new Deadlines();
    deadlines.set({ kind: 'pull' }, 10);
    deadlines.clear();
    expect([deadlines.nextMs, deadlines.takeDue(99)]).toEqual([Number.POSITIVE_INFINITY, []]);
  });
});
