import { describe, expect, it } from 'vitest';
import type { Command } from '../../src/input.js';
import { DEFAULT_LIMITS, PORT_MAX } from '../../src/limits.js';
import { CLOSE_CODES } from '../../src/wire/close-codes.js';
import { decodeFrames } from '../../src/wire/frame.js';
import { Bench } from '../support/bench.js';
import { events, type ReadEffect, sent } from '../support/context.js';
import { ascii, peer } from '../support/identities.js';
import { Mesh, type Station } from '../support/mesh.js';
import { NumberSet } from '../support/sync-world.js';

const A = 0x60;
const B = 0x61;
const PORT = 5;

function command(bench: Bench, given: Command): ReadEffect[] {
  return bench.feed({ kind: 'command', command: given });
}

function post(bench: Bench, over: { to?: number; bytes?: Uint8Array } = {}): ReadEffect[] {
  const { bytes = ascii('hi'), to } = over;
  const one = to === undefined ? {} : { to: peer(to) };
  return command(bench, { kind: 'post', port: PORT, bytes, priority: 'bulk', ...one });
}

/** As the host is given it: read only when all is posted. */
function rawPost(bench: Bench, bytes: Uint8Array): Uint8Array[] {
  const given = { kind: 'post', port: PORT, bytes, priority: 'bulk' } as const;
  const now = { monotonicMs: bench.nowMs, wallMs: 1_700_000_000_000 + bench.nowMs };
  const effects = bench.engine.handle({ kind: 'command', command: given }, now);
  return effects.flatMap((effect) => (effect.kind === 'send' ? [effect.bytes] : []));
}

function said(port: number, text = 'hi') {
  return { kind: 'post', port, bytes: ascii(text) } as const;
}

describe('a post', () => {
  it('goes out on every link, as the same bytes', () => {
    const bench = new Bench();
    bench.open(A);
    bench.open(B);
    const given = { kind: 'post', port: PORT, bytes: ascii('hi'), priority: 'control' } as const;
    const now = { monotonicMs: bench.nowMs, wallMs: 1_700_000_000_000 + bench.nowMs };
    const effects = bench.engine.handle({ kind: 'command', command: given }, now);
    const sends = effects.filter((effect) => effect.kind === 'send');
    expect(sends.map(({ link, priority }) => [link, priority])).toEqual([
      [1, 'control'],
      [2, 'control'],
    ]);
    expect(sends[0]?.bytes).toBe(sends[1]?.bytes);
    expect(effects).toContainEqual({ kind: 'posted', links: 2 });
  });

  it('to one neighbour goes out on its link only', () => {
    const bench = new Bench();
    bench.open(A);
    const link = bench.open(B);
    const effects = post(bench, { to: B });
    expect(sent(effects, 'post')).toEqual([{ link, frame: said(PORT) }]);
    expect(effects).toContainEqual({ kind: 'posted', links: 1 });
  });

  it('to nobody says so', () => {
    const bench = new Bench();
    expect(post(bench)).toEqual([{ kind: 'posted', links: 0 }]);
    bench.open(A);
    expect(post(bench, { to: B })).toEqual([{ kind: 'posted', links: 0 }]);
  });

  it('stays as it was sent while others follow, short ones and long', () => {
    const bench = new Bench();
    bench.open(A);
    const lengths = Array.from({ length: 300 }, (_, index) => (index * 37) % 5_000);
    const bytesOf = (length: number) => new Uint8Array(length).fill(length % 251);
    const sends = lengths
      .flatMap((length) => rawPost(bench, bytesOf(length)))
      .map((bytes) => [...decodeFrames(bytes, DEFAULT_LIMITS)]);
    expect(sends).toEqual(
      lengths.map((length) => [{ kind: 'post', port: PORT, bytes: bytesOf(length) }]),
    );
  });

  it('leaves its bytes to the caller', () => {
    const bench = new Bench();
    bench.open(A);
    const bytes = ascii('hi');
    const effects = post(bench, { bytes });
    bytes.fill(0);
    expect(sent(effects, 'post')[0]?.frame).toEqual(said(PORT));
  });

  it('may have as many bytes as the limit, and not one more', () => {
    const bench = new Bench();
    bench.open(A);
    const { postBytesMax } = DEFAULT_LIMITS;
    expect(sent(post(bench, { bytes: new Uint8Array(postBytesMax) }), 'post')).toHaveLength(1);
    expect(() => post(bench, { bytes: new Uint8Array(postBytesMax + 1) })).toThrow(
      expect.objectContaining({ code: 'post-too-large' }),
    );
  });

  it('reaches whoever has the port open, with the generation that sent it', () => {
    const bench = new Bench();
    const link = bench.open(A, { generation: 7 });
    command(bench, { kind: 'attach', port: PORT });
    const effects = bench.say(link, said(PORT, 'one'), said(PORT, 'two'));
    const from = { kind: 'post', from: peer(A), generation: 7, port: PORT };
    expect(effects).toMatchObject([
      { ...from, bytes: ascii('one') },
      { ...from, bytes: ascii('two') },
    ]);
    expect(bench.engine.counters()).toMatchObject({ postsReceived: 2, postsIgnored: 0 });
  });

  it('to a port that is not open, or not any more, is counted and ignored', () => {
    const bench = new Bench();
    const link = bench.open(A);
    expect(bench.say(link, said(PORT))).toEqual([]);
    command(bench, { kind: 'attach', port: PORT });
    command(bench, { kind: 'detach', port: PORT });
    expect(bench.say(link, said(PORT))).toEqual([]);
    expect(bench.engine.counters()).toMatchObject({ postsReceived: 0, postsIgnored: 2 });
  });

  it('is not taken before the handshake', () => {
    const bench = new Bench();
    bench.feed({ kind: 'link-opened', link: 1 });
    const effects = bench.say(1, said(PORT));
    expect(effects).toContainEqual(expect.objectContaining({ code: CLOSE_CODES.malformed }));
  });
});

describe('a port', () => {
  it.each([0, -1, 1.5, PORT_MAX + 1, Number.NaN])('cannot be %d', (port) => {
    const bench = new Bench();
    expect(() => command(bench, { kind: 'attach', port })).toThrow(
      expect.objectContaining({ code: 'bad-port' }),
    );
  });

  it('is opened once, until it is closed', () => {
    const bench = new Bench();
    command(bench, { kind: 'attach', port: PORT });
    expect(() => command(bench, { kind: 'attach', port: PORT })).toThrow(
      expect.objectContaining({ code: 'port-taken' }),
    );
    command(bench, { kind: 'detach', port: PORT });
    command(bench, { kind: 'attach', port: PORT });
  });
});

describe('a rejected post', () => {
  it.each(['malformed', 'forged'] as const)('closes the link of its sender as %s', (code) => {
    const bench = new Bench();
    const link = bench.open(A);
    bench.open(B);
    const effects = command(bench, { kind: 'reject', peer: peer(A), code, detail: 'not a value' });
    expect(effects.filter(({ kind }) => kind === 'close')).toMatchObject([
      { link, code: CLOSE_CODES[code], reason: `${code}: not a value` },
    ]);
    expect(events(effects)).toContainEqual(
      expect.objectContaining({ kind: 'refused', peer: peer(A), by: 'us' }),
    );
    expect(bench.engine.counters().framesMalformed).toBe(code === 'malformed' ? 1 : 0);
  });

  it('of somebody who is gone is no matter', () => {
    const bench = new Bench();
    const given = { kind: 'reject', peer: peer(A), code: 'forged', detail: '' } as const;
    expect(command(bench, given)).toEqual([]);
  });
});

describe('the replica of a port', () => {
  it('is compared on every open link at once, and later with new ones', () => {
    const bench = new Bench();
    bench.open(A);
    bench.open(B);
    const replica = new NumberSet();
    const offers = sent(command(bench, { kind: 'attach', port: PORT, replica }), 'offer');
    expect(offers).toMatchObject([
      { link: 1, frame: { replica: PORT, reply: true } },
      { link: 2, frame: { replica: PORT, reply: true } },
    ]);
    bench.feed({ kind: 'link-opened', link: 9 });
    bench.open(0x62);
    expect(bench.engine.counters().framesMalformed).toBe(0);
  });

  it.each([
    ['delta', { kind: 'delta', replica: PORT, bytes: Uint8Array.of(255) }],
    ['summary', { kind: 'want', replica: PORT, summary: Uint8Array.of(255) }],
  ] as const)('closes the link of whoever sends a %s that cannot be', (_what, frame) => {
    const bench = new Bench();
    const link = bench.open(A);
    command(bench, { kind: 'attach', port: PORT, replica: new NumberSet() });
    const effects = bench.say(link, frame);
    expect(effects.filter(({ kind }) => kind === 'close')).toMatchObject([
      { link, code: CLOSE_CODES.malformed },
    ]);
  });

  it('closes it too when the question had to wait', () => {
    const bench = new Bench();
    const link = bench.open(A);
    command(bench, { kind: 'attach', port: PORT, replica: new NumberSet() });
    const want = { kind: 'want', replica: PORT, summary: Uint8Array.of() } as const;
    bench.say(link, want);
    expect(bench.say(link, { ...want, summary: Uint8Array.of(255) })).toEqual([]);
    expect(bench.run(1_000)).toContainEqual(
      expect.objectContaining({ kind: 'close', link, code: CLOSE_CODES.malformed }),
    );
  });

  it('is left alone when its port is closed in the midst of a pull', () => {
    const bench = new Bench();
    const link = bench.open(A);
    const replica = new NumberSet();
    command(bench, { kind: 'attach', port: PORT, replica });
    const hash = { high: 1, low: 2 };
    const wants = bench.say(link, { kind: 'offer', replica: PORT, hash, reply: false });
    expect(sent(wants, 'want')).toHaveLength(1);
    command(bench, { kind: 'detach', port: PORT });
    bench.say(link, { kind: 'delta', replica: PORT, bytes: Uint8Array.of(1) });
    bench.say(link, { kind: 'delta-end', replica: PORT, more: true });
    expect(sent(bench.run(5_000), 'offer').map(({ frame }) => frame.replica)).not.toContain(PORT);
    expect(replica.held.size).toBe(0);
  });
});

describe('peers that open a port late', () => {
  const attach = (mesh: Mesh, station: Station, ...numbers: number[]): NumberSet => {
    const replica = new NumberSet();
    for (const number of numbers) replica.held.add(number);
    mesh.feed(station, { kind: 'command', command: { kind: 'attach', port: PORT, replica } });
    return replica;
  };

  it('have what the others have without waiting for a round', () => {
    const mesh = new Mesh();
    const stations = [0x01, 0x02, 0x03].map((byte) => mesh.add(byte));
    const [one, two, three] = stations as [Station, Station, Station];
    mesh.join(two, one);
    mesh.join(three, one);
    mesh.run(3_000);
    const first = attach(mesh, one, 1, 2);
    const second = attach(mesh, two, 3);
    const late = attach(mesh, three);
    expect([...late.held].sort()).toEqual([1, 2, 3]);
    expect(three.effects).toContainEqual(
      expect.objectContaining({ kind: 'repaired', port: PORT, from: peer(0x01) }),
    );
    mesh.run(3_000);
    expect([...first.held].sort()).toEqual([1, 2, 3]);
    expect([...second.held].sort()).toEqual([1, 2, 3]);
    // What a port brings in is no message.
    expect(three.events.filter(({ kind }) => kind === 'caught-up')).toEqual([]);
    expect(three.engine.counters().messagesPulled).toBe(0);
  });
});
