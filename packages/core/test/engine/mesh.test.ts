import { describe, expect, it } from 'vitest';
import { createEngine } from '../../src/engine.js';
import { seededRandom } from '../../src/random.js';
import { encodeFrame } from '../../src/wire/frame.js';
import { helloOf } from '../support/bench.js';
import { START_MS, WALL_OFFSET_MS } from '../support/context.js';
import { ascii, peer } from '../support/identities.js';
import { Mesh, type Station } from '../support/mesh.js';
import { testSigner } from '../support/signer.js';

function statusOf(mesh: Mesh, station: Station) {
  return station.engine.status({ monotonicMs: mesh.nowMs, wallMs: WALL_OFFSET_MS + mesh.nowMs });
}

function texts(station: Station): string[] {
  return station.delivered.map((message) => String.fromCharCode(...message.payload));
}

describe('two engines', () => {
  it('meet over one link and see each other alive and in sync at once', () => {
    const mesh = new Mesh();
    const a = mesh.add(0x0a);
    const b = mesh.add(0x0b);
    mesh.join(b, a);
    mesh.run(20);
    for (const station of [a, b]) {
      expect(station.events.filter((event) => event.kind === 'link-up')).toHaveLength(1);
      expect(statusOf(mesh, station)).toMatchObject({ live: 1, inSync: 1, isolated: false });
    }
  });

  it('keep one link when each dials the other at the same moment', () => {
    const mesh = new Mesh();
    const a = mesh.add(0x0a);
    const b = mesh.add(0x0b);
    mesh.join(a, b);
    mesh.join(b, a);
    mesh.run(2_000);
    expect([a.links.size, b.links.size]).toEqual([1, 1]);
    expect(a.engine.counters()).toMatchObject({ suspicions: 0 });
  });
});

describe('three engines', () => {
  function three(): { mesh: Mesh; a: Station; b: Station; c: Station } {
    const mesh = new Mesh();
    const [a, b, c] = [mesh.add(0x0a), mesh.add(0x0b), mesh.add(0x0c)];
    mesh.join(b, a);
    mesh.join(c, a);
    mesh.run(1_000);
    return { mesh, a, b, c };
  }

  it('form a full mesh from one known address', () => {
    const { mesh, a, b, c } = three();
    for (const station of [a, b, c]) {
      expect(station.links.size).toBe(2);
      expect(statusOf(mesh, station).live).toBe(2);
    }
  });

  it('deliver what is said once to everybody, and know who holds it', () => {
    const { mesh, a, b, c } = three();
    mesh.publish(b, 'hello');
    mesh.run(200);
    mesh.publish(c, 'hi');
    mesh.run(200);
    for (const station of [a, b, c]) expect(texts(station)).toEqual(['hello', 'hi']);
    const id = b.delivered[0]?.id;
    if (id === undefined) throw new Error('b delivers its own');
    expect(b.engine.receipt(id)).toEqual({ held: 2, live: 2 });
    const hashes = [a, b, c].map((station) => statusOf(mesh, station).stateHash);
    expect(new Set(hashes).size).toBe(1);
    expect(a.engine.counters().batchesDuplicate).toBe(0);
  });

  it('see a goodbye as one: left, not dead', () => {
    const { mesh, a, b, c } = three();
    mesh.feed(c, { kind: 'command', command: { kind: 'leave' } });
    mesh.run(1_000);
    for (const station of [a, b]) {
      const views = statusOf(mesh, station).members;
      expect(views.find((view) => view.peer === peer(0x0c))?.state).toBe('left');
      expect(station.engine.counters()).toMatchObject({ suspicions: 0, deaths: 0 });
    }
  });

  it('bring a late joiner up to date', () => {
    const { mesh, a, b } = three();
    for (const text of ['one', 'two', 'three']) mesh.publish(a, text);
    mesh.run(100);
    const d = mesh.add(0x0d);
    mesh.join(d, b);
    mesh.run(500);
    expect(texts(d)).toEqual(['one', 'two', 'three']);
    expect(d.events.filter((event) => event.kind === 'caught-up')).toHaveLength(1);
  });
});

describe('an engine', () => {
  it('answers the same inputs with the same effects', () => {
    const play = (): unknown[] => {
      const engine = createEngine({
        id: peer(0x50),
        generation: 1,
        network: 'test',
        meta: ascii('x'),
        signer: testSigner(peer(0x50)),
        random: seededRandom('twice'),
      });
      const effects: unknown[] = [];
      let nowMs = START_MS;
      const feed = (input: Parameters<typeof engine.handle>[0]): void => {
        nowMs += 37;
        const now = { monotonicMs: nowMs, wallMs: WALL_OFFSET_MS + nowMs };
        effects.push(engine.handle(input, now));
      };
      feed({ kind: 'start', addresses: ['self:1'] });
      feed({ kind: 'command', command: { kind: 'join', address: 'a:1' } });
      for (const link of [1, 2, 3]) {
        feed({ kind: 'link-opened', link });
        feed({ kind: 'frames', link, bytes: encodeFrame(helloOf(0x60 + link)) });
      }
      feed({ kind: 'dial-failed', address: 'a:1', failure: 'timeout', detail: 'timeout' });
      feed({ kind: 'link-closed', link: 2, closure: { code: 1006, reason: 'broken' } });
      const payload = ascii('x');
      feed({ kind: 'command', command: { kind: 'publish', topic: 'room', payload } });
      for (let turn = 0; turn < 200; turn++) feed({ kind: 'wake' });
      return effects;
    };
    expect(play()).toEqual(play());
  });
});
