import { describe, expect, it } from 'vitest';
import { DEFAULT_CONFIG } from '../../src/config.js';
import { sent } from '../support/context.js';
import { NumberSet, SyncWorld } from '../support/sync-world.js';

const want = { kind: 'want', replica: 0, summary: new Uint8Array() } as const;

/** Links to which the last steps sent the end of an answer. */
function answered(world: SyncWorld): number[] {
  return sent(world.take(), 'delta-end').map(({ link }) => link);
}

describe('answers to pulls', () => {
  it('come at once, then one in a while however often is asked', () => {
    const world = new SyncWorld();
    const link = world.link(0x61);
    for (let count = 0; count < 100; count++) world.antiEntropy.want(link, want);
    expect(answered(world)).toEqual([link.id]);
    world.antiEntropy.answer();
    expect(answered(world)).toEqual([]);
    world.pass(DEFAULT_CONFIG.answerIntervalMs);
    world.antiEntropy.answer();
    expect(answered(world)).toEqual([link.id]);
    world.pass(1_000);
    world.antiEntropy.answer();
    expect(answered(world)).toEqual([]);
  });

  it('to one neighbour do not wait for another', () => {
    const world = new SyncWorld();
    const [greedy, modest] = [world.link(0x61), world.link(0x62)];
    for (let count = 0; count < 100; count++) world.antiEntropy.want(greedy, want);
    world.antiEntropy.want(modest, want);
    expect(answered(world)).toEqual([greedy.id, modest.id]);
  });

  it('about one replica do not wait for those about another', () => {
    const world = new SyncWorld();
    const link = world.link(0x61);
    world.antiEntropy.register(1, new NumberSet());
    world.antiEntropy.want(link, want);
    for (let count = 0; count < 3; count++) {
      world.antiEntropy.want(link, want);
      world.antiEntropy.want(link, { ...want, replica: 1 });
    }
    expect(sent(world.take(), 'delta-end').map(({ frame }) => frame.replica)).toEqual([0, 1]);
    world.pass(DEFAULT_CONFIG.answerIntervalMs);
    world.antiEntropy.answer();
    expect(sent(world.take(), 'delta-end').map(({ frame }) => frame.replica)).toEqual([0, 1]);
  });

  it('that cannot be given blame who asked, and nobody else', () => {
    const world = new SyncWorld();
    const [liar, honest] = [world.link(0x61), world.link(0x62)];
    for (const link of [liar, honest]) world.antiEntropy.want(link, want);
    world.antiEntropy.want(liar, { ...want, summary: Uint8Array.of(255) });
    world.antiEntropy.want(honest, want);
    world.take();
    world.pass(DEFAULT_CONFIG.answerIntervalMs);
    world.antiEntropy.answer();
    expect(world.blamed).toMatchObject([{ link: liar.id, error: { code: 'malformed' } }]);
    expect(answered(world)).toEqual([honest.id]);
  });

  it('pause for whoever loses parts of them', () => {
    const world = new SyncWorld();
    const link = world.link(0x61);
    world.antiEntropy.lagged(link);
    world.antiEntropy.want(link, want);
    world.pass(900);
    world.antiEntropy.answer();
    expect(answered(world)).toEqual([]);
    world.pass(100);
    world.antiEntropy.answer();
    expect(answered(world)).toEqual([link.id]);
  });

  it('wait as long as their replica says for whoever was told much, and nobody else', () => {
    const world = new SyncWorld();
    const [greedy, modest] = [world.link(0x61), world.link(0x62)];
    let pauseMs = 500;
    const answerPauseMs = (to: string): number => (to === greedy.peer ? pauseMs : 0);
    world.antiEntropy.register(1, Object.assign(new NumberSet(), { answerPauseMs }));
    for (const link of [greedy, modest]) world.antiEntropy.want(link, { ...want, replica: 1 });
    expect(answered(world)).toEqual([modest.id]);
    world.pass(499);
    pauseMs = 1;
    world.antiEntropy.answer();
    expect(answered(world)).toEqual([]);
    world.pass(1);
    pauseMs = 0;
    world.antiEntropy.answer();
    expect(answered(world)).toEqual([greedy.id]);
  });

  it('are forgotten with their link', () => {
    const world = new SyncWorld();
    const link = world.link(0x61);
    world.antiEntropy.want(link, want);
    world.antiEntropy.want(link, want);
    world.take();
    world.links.remove(link.id);
    world.pass(100);
    world.antiEntropy.answer();
    expect(answered(world)).toEqual([]);
  });
});
