import { describe, expect, it, vi } from 'vitest';
import { Drills } from '../../src/chat/drills.js';
import { Names } from '../../src/chat/names.js';
import { FakePeer, idOf, member } from '../support/fake-peer.js';

function drills(allowed = true) {
  const peer = new FakePeer();
  peer.meet(member());
  const giveBack = vi.fn();
  const names = new Names(peer.members());
  return { peer, giveBack, drills: new Drills({ peer, names, allowed, giveBack }) };
}

describe('drills', () => {
  it('cut and heal', () => {
    const { peer, drills: drill } = drills();
    expect(drill.cut(idOf('b'))).toContain('cut off bob');
    expect(peer.cuts).toEqual([idOf('b')]);
    expect(drill.heal(undefined)).toBe('healed: bob');
    expect(peer.cuts).toEqual([]);
    expect(drill.heal(undefined)).toBe('nobody is cut off here');
    expect(drill.cut(peer.id)).toBe('that is you');
  });

  it('stand still for as long as they say', () => {
    const startedMs = performance.now();
    expect(drills().drills.pause(50)).toBe('stood still for 0.05s');
    expect(performance.now() - startedMs).toBeGreaterThanOrEqual(45);
  });

  it('give the terminal back before the crash', () => {
    const { giveBack, drills: drill } = drills();
    const order: string[] = [];
    giveBack.mockImplementation(() => order.push('given back'));
    const kill = vi.spyOn(process, 'kill').mockImplementation(() => {
      order.push('killed');
      return true;
    });
    drill.crash();
    expect(order).toEqual(['given back', 'killed']);
    expect(kill).toHaveBeenCalledWith(process.pid, 'SIGKILL');
    kill.mockRestore();
  });

  it('signal no process that is not of this machine and user', async () => {
    const kill = vi.spyOn(process, 'kill');
    expect(await drills().drills.signal(idOf('b'), 'SIGKILL')).toBe(
      'bob is no process of this machine and user',
    );
    expect(kill).not.toHaveBeenCalled();
    kill.mockRestore();
  });

  it('are off where others did not agree', async () => {
    const { peer, giveBack, drills: drill } = drills(false);
    const refused = [
      drill.cut(idOf('b')),
      drill.pause(10),
      drill.crash(),
      await drill.signal(idOf('b'), 'SIGKILL'),
    ];
    for (const answer of refused) expect(answer).toContain('--drills');
    expect(peer.cuts).toEqual([]);
    expect(giveBack).not.toHaveBeenCalled();
  });
});
