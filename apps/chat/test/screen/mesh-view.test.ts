import { describe, expect, it } from 'vitest';
import { NO_CONVERGENCE, observed, typicalMs } from '../../src/screen/mesh/convergence.js';
import type { MeshEvent } from '../../src/screen/mesh/mesh-event.js';
import { meshView } from '../../src/screen/mesh/mesh-view.js';
import type { ScreenState } from '../../src/screen/model/state.js';
import type { Surroundings } from '../../src/screen/model/surroundings.js';
import { screenView } from '../../src/screen/view/chat-view.js';
import { ASCII_GLYPHS } from '../../src/text/look.js';
import { idOf, SELF } from '../support/fake-peer.js';
import { ANA, NOON, named, picture, Rig, surroundings } from './support.js';

const BOB = named({ name: 'bob' });
const DIA = named({
  id: idOf('d'),
  name: 'dia',
  lacks: 2,
  inSync: false,
  addresses: ['127.0.0.1:7343'],
});
const EVE = named({
  id: idOf('e'),
  name: 'eve',
  state: 'suspect',
  heardMsAgo: 2_000,
  incarnation: 3,
});
const CY = named({
  id: idOf('c'),
  name: 'cy',
  state: 'dead',
  link: 'none',
  stateForMs: 12_000,
  heardMsAgo: 15_800,
  toldMsAgo: 15_800,
});
const MEMBERS = [ANA, BOB, DIA, EVE, CY];

const counts = (...held: readonly number[]): ReadonlyMap<string, number> =>
  new Map(MEMBERS.map(({ id }, index) => [id, held[index] ?? 0]));

const link = (peer: string, changes = {}) => ({
  peer: idOf(peer),
  direction: 'out' as const,
  sentFrames: 0,
  sentBytes: 0,
  receivedFrames: 0,
  receivedBytes: 0,
  droppedFrames: 0,
  waitingBytes: 0,
  cut: false,
  eager: 0,
  lazy: 0,
  messagesPerSecond: 12,
  bytesPerSecond: 3_100,
  ...changes,
});

function looks(changes: Partial<Surroundings> = {}): Surroundings {
  return surroundings({
    members: MEMBERS,
    lackedAtDeath: new Map([[CY.id, 3]]),
    clocks: new Map([
      [SELF, counts(57, 40, 19, 8, 12)],
      [BOB.id, counts(57, 40, 19, 8, 12)],
      [DIA.id, counts(55, 40, 19, 8, 12)],
      [CY.id, counts(55, 39, 19, 8, 12)],
    ]),
    links: [
      link('b'),
      link('d', { messagesPerSecond: 4.2, waitingBytes: 2_000 }),
      link('e', { cut: true }),
    ],
    ...changes,
  });
}

function event(text: string, changes: Partial<MeshEvent> = {}): MeshEvent {
  return {
    atMs: NOON - 12_000,
    peer: CY.id,
    who: 'cy',
    text,
    tone: 'quiet',
    type: 'peer',
    fields: {},
    ...changes,
  };
}

function scene(): Rig {
  const rig = new Rig();
  for (let age = 50; age > 0; age -= 1) {
    const lacks = age > 20 && age < 30 ? 30 - age : age < 3 ? 2 : 0;
    const members = [ANA, BOB, { ...DIA, lacks, inSync: lacks === 0 }];
    rig.do({ kind: 'surroundings', surroundings: looks({ members, atMs: NOON - age * 1_000 }) });
  }
  return rig
    .do({ kind: 'surroundings', surroundings: looks() })
    .do({
      kind: 'mesh-event',
      event: event('alive -> suspect  0.8s after the last word', { tone: 'warn' }),
    })
    .do({
      kind: 'mesh-event',
      event: event('suspect -> dead  3.8s after the last word; 3 others agree', {
        tone: 'alarm',
        fields: { state: 'dead' },
      }),
    })
    .keys('alt-m');
}

const seen = ({ size, ...state }: ScreenState): string =>
  picture(screenView({ size, ...state }, meshView), size.columns, size.rows);

describe('the mesh view', () => {
  it.each([
    [100, 30],
    [60, 20],
    [40, 10],
    [200, 60],
  ])('at %ix%i', (columns, rows) => {
    expect(seen(scene().resize(columns, rows).state)).toMatchSnapshot();
  });

  it('fits any window, whatever is shown in it', () => {
    const service = { service: 'x'.repeat(64), providers: 3, ready: 2 };
    const breakers = [BOB.id, DIA.id].map(
      (caller) => ({ caller, service: 'x', provider: CY.id, state: 'open' }) as const,
    );
    const services = [{ ...service, breakers }];
    for (const keys of [[], ['down', 'down', 'enter'], ['?']]) {
      for (let columns = 20; columns <= 150; columns += 13) {
        for (let rows = 6; rows <= 60; rows += 9)
          seen(
            scene()
              .do({ kind: 'surroundings', surroundings: looks({ services }) })
              .keys(...keys)
              .resize(columns, rows).state,
          );
      }
    }
  });

  it('keeps to ASCII when told to', () => {
    const rig = scene();
    expect(seen({ ...rig.state, glyphs: ASCII_GLYPHS })).toMatch(/^[ -~\n]*$/);
  });

  it('shows nothing live-looking for the suspect and the dead', () => {
    const rows = seen(scene().state).split('\n');
    const row = (name: string): string => rows.find((each) => each.includes(` ${name} `)) ?? '';
    expect(row('eve')).toContain('unknown (was =)');
    expect(row('eve')).not.toContain('ms');
    expect(row('cy')).toContain('lacked 3 at death');
    expect(row('cy')).not.toContain('ms');
  });

  it('says what it does not know of a clock', () => {
    expect(seen(scene().state)).toMatch(/ {2}eve {5} +\? +\? +\? +\? +\?/);
  });

  it('says that others relay where not everybody is a neighbour', () => {
    const far = named({ id: idOf('f'), name: 'fay', link: 'none' });
    const rig = scene().do({
      kind: 'surroundings',
      surroundings: looks({ members: [...MEMBERS, far] }),
    });
    expect(seen(rig.resize(120, 40).state)).toContain('WHO RELAYS TO WHOM  these, to 1 more');
    expect(seen(rig.state)).toMatch(/bob +tree/);
    rig.do({
      kind: 'surroundings',
      surroundings: looks({
        members: [...MEMBERS, far],
        links: [link('b', { eager: 12, lazy: 3 }), link('d')],
      }),
    });
    expect(seen(rig.state)).toMatch(/bob +12e 3l/);
    expect(seen(scene().state)).toContain('nobody: all links are direct');
  });

  it('picks a peer, shows all of it, and goes back step by step', () => {
    const rig = scene().keys('down', 'down', 'enter');
    expect(seen(rig.state)).toContain(`id          ${DIA.id}`);
    expect(seen(rig.keys('escape').state)).toContain('CLOCKS');
    expect(seen(rig.keys('escape').state)).toContain('#lobby>');
  });

  it('stands still while paused, and catches up after that', () => {
    const rig = scene().type('p');
    const before = seen(rig.state);
    const later = looks({ members: [ANA, BOB], atMs: NOON + 60_000 });
    rig.do({ kind: 'surroundings', surroundings: later });
    expect(seen(rig.state)).toBe(before);
    expect(before).toContain('PAUSED');
    expect(seen(rig.type('p').state)).toContain('2 members: 2 alive');
  });

  it('cuts, heals and dials the picked one', () => {
    const rig = scene().keys('down').type('xhr');
    expect(rig.effects).toEqual(
      ['cut', 'heal', 'redial'].map((drill) => ({ kind: 'drill', drill, peer: BOB.id })),
    );
  });

  it('kills only after a question, and never ourselves', () => {
    const rig = scene().type('K');
    expect(seen(rig.state)).toContain('pick a peer first');
    rig.keys('down').type('K');
    expect(seen(rig.state)).toContain('kill -9 bob, process 4120 of this machine? y / n');
    rig.type('n');
    expect(rig.effects).toEqual([]);
    rig.type('Ky');
    expect(rig.effects).toEqual([{ kind: 'drill', drill: 'kill', peer: BOB.id }]);
    rig.keys('up').type('K');
    expect(seen(rig.state)).toContain('that is you');
    expect(rig.effects).toHaveLength(1);
  });

  it('goes through its events', () => {
    const rig = scene();
    for (let count = 0; count < 50; count += 1) {
      rig.do({ kind: 'mesh-event', event: event(`number ${count}.`) });
    }
    expect(seen(rig.state)).toContain('number 49.');
    rig.keys('pageup', 'pageup');
    const before = seen(rig.state);
    expect(before).not.toContain('number 49.');
    rig.do({ kind: 'mesh-event', event: event('and one more') });
    expect(seen(rig.state).split('\n').slice(-4)).toEqual(before.split('\n').slice(-4));
    rig.keys('pagedown', 'pagedown', 'pagedown');
    expect(seen(rig.state)).toContain('and one more');
  });

  it('that was opened alone ends with q', () => {
    const rig = new Rig();
    rig.state = { ...rig.state, mesh: { ...rig.state.mesh, shown: true, only: true } };
    expect(rig.keys('alt-m').state.mesh.shown).toBe(true);
    expect(rig.type('q').effects).toEqual([{ kind: 'leave' }]);
  });
});

describe('convergence', () => {
  const at = (seconds: number, lacks: number): Surroundings =>
    looks({
      atMs: NOON + seconds * 1_000,
      members: [ANA, named({ name: 'bob', lacks, inSync: lacks === 0 })],
    });

  it('knows since when peers are apart, when they last agreed, and how long it takes', () => {
    const all = [at(0, 0), at(1, 3), at(2, 1), at(3, 0), at(10, 5), at(11, 0)];
    const [, first] = all;
    const apart = [at(0, 0), at(1, 3)].reduce(observed, NO_CONVERGENCE);
    expect(apart.apartSinceMs).toBe(first?.atMs);
    expect(apart.agreedMs).toBe(NOON);
    const end = all.reduce(observed, NO_CONVERGENCE);
    expect(end).toMatchObject({
      apartSinceMs: undefined,
      agreedMs: NOON + 11_000,
      tookMs: [2_000, 1_000],
    });
    expect(typicalMs(end)).toBe(2_000);
  });

  it('knows since when all hold what they hold now', () => {
    const state = (hash: string, seconds: number): Surroundings => {
      const looked = at(seconds, 0);
      return { ...looked, status: { ...looked.status, stateHash: hash } };
    };
    const since = (...looked: readonly Surroundings[]): number | undefined =>
      looked.reduce(observed, NO_CONVERGENCE).agreedSinceMs;
    expect(since(state('a', 0), state('a', 5))).toBe(NOON);
    expect(since(state('a', 0), state('b', 5), state('b', 6))).toBe(NOON + 5_000);
    expect(since(state('a', 0), at(1, 2))).toBeUndefined();
    expect(since(state('a', 0), at(1, 2), state('a', 2))).toBe(NOON + 2_000);
  });

  it('keeps the most of each second, and forgets old ones', () => {
    const looked = [at(0, 1), at(0.2, 7), at(0.9, 2)].reduce(observed, NO_CONVERGENCE);
    expect(looked.samples).toEqual([{ second: NOON / 1_000, behind: 7 }]);
    let long = NO_CONVERGENCE;
    for (let second = 0; second < 1_000; second += 1) long = observed(long, at(second, 1));
    expect(long.samples.length).toBeLessThan(100);
  });

  it('is nobody to agree with while alone', () => {
    const alone = observed(NO_CONVERGENCE, looks({ members: [ANA] }));
    expect(alone).toMatchObject({ apartSinceMs: undefined, agreedMs: undefined });
  });
});
