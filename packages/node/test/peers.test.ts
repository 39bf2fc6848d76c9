import { describe, expect, it, vi } from 'vitest';
import { temporaryFolder } from './support/folders.js';
import { addressOf, nextEvent, testPeer } from './support/peers.js';

const TIMEOUT = { timeoutMs: 30_000 };

async function pair() {
  const ana = await testPeer({ nick: 'ana' });
  const bob = await testPeer({ nick: 'bob', join: [addressOf(ana)] });
  await Promise.all([ana, bob].map((peer) => peer.synced(TIMEOUT)));
  return { ana, bob };
}

describe('peers', () => {
  it('talk, and know who holds what', async () => {
    const { ana, bob } = await pair();
    const heard = nextEvent(bob, 'message');
    const { id, key, links } = ana.publish('lobby', 'good morning');
    expect(links).toBe(1);
    expect(await heard).toMatchObject({
      key,
      topic: 'lobby',
      text: 'good morning',
      from: { id: ana.id, nick: 'ana' },
      own: false,
    });
    expect(await ana.held(id, 1, TIMEOUT)).toBe(1);
    expect(ana.receipt(id)).toEqual({ held: 1, live: 1 });
  });

  it('hear themselves too', async () => {
    const ana = await testPeer();
    const heard = nextEvent(ana, 'message');
    ana.publish('lobby', new Uint8Array([0x68, 0x69]));
    expect(await heard).toMatchObject({ text: 'hi', own: true });
  });

  it('do not see what a caller does to its buffer afterwards', async () => {
    const ana = await testPeer();
    const heard = nextEvent(ana, 'message');
    const payload = Buffer.from('hi');
    ana.publish('lobby', payload);
    payload.fill(0);
    expect((await heard).text).toBe('hi');
  });

  it('send everything of one turn as one message to each', async () => {
    const { ana, bob } = await pair();
    const before = ana.counters().framesOut;
    const heard = nextEvent(bob, 'message', ({ text }) => text === '99');
    for (let count = 0; count < 100; count++) ana.publish('lobby', String(count));
    await heard;
    expect(bob.history('lobby').map(({ text }) => text)).toHaveLength(100);
    expect(ana.counters().framesOut - before).toBeLessThan(10);
  });

  it('give a newcomer what it missed', async () => {
    const { ana, bob } = await pair();
    ana.publish('lobby', 'one');
    const { id } = bob.publish('ops', 'two');
    await bob.held(id, 1, TIMEOUT);
    const cy = await testPeer({ nick: 'cy', join: [addressOf(bob)] });
    await cy.synced({ live: 2, ...TIMEOUT });
    expect(
      cy
        .history()
        .map(({ text }) => text)
        .sort(),
    ).toEqual(['one', 'two']);
    expect(cy.history('ops').map(({ text }) => text)).toEqual(['two']);
    expect(
      cy
        .members()
        .map(({ nick, state }) => `${nick} ${state}`)
        .sort(),
    ).toEqual(['ana alive', 'bob alive', 'cy alive']);
  });

  it('give a subscription its history and then the news', async () => {
    const { ana, bob } = await pair();
    const { id } = ana.publish('lobby', 'before');
    await ana.held(id, 1, TIMEOUT);
    const texts: string[] = [];
    const subscription = bob.subscribe('lobby', { history: 10 });
    ana.publish('lobby', 'after');
    for await (const { text } of subscription) {
      texts.push(text);
      if (texts.length === 2) break;
    }
    expect(texts).toEqual(['before', 'after']);
  });

  it('see a new nick', async () => {
    const { ana, bob } = await pair();
    const changed = nextEvent(bob, 'meta');
    ana.rename(' dia ');
    expect(ana.nick).toBe('dia');
    expect(await changed).toMatchObject({ wasNick: 'ana', member: { nick: 'dia', id: ana.id } });
    expect(() => ana.rename('\u001b[1m')).toThrow(expect.objectContaining({ code: 'bad-nick' }));
  });

  it('see tags', async () => {
    const ana = await testPeer({ tags: { role: 'ci' } });
    const bob = await testPeer({ nick: 'bob', join: [addressOf(ana)] });
    await bob.synced(TIMEOUT);
    const seen = bob.members().find(({ id }) => id === ana.id);
    expect(seen?.tags).toMatchObject({ role: 'ci', pid: String(process.pid), version: '0.1.0' });
  });

  it('see a goodbye, and who leaves learns that its messages are kept', async () => {
    const { ana, bob } = await pair();
    ana.publish('lobby', 'keep this');
    const left = nextEvent(bob, 'member', ({ member }) => member.state === 'left');
    expect(await ana.leave()).toEqual({ onlyHere: 0, heldBy: 1 });
    expect(await left).toMatchObject({ was: 'alive', reason: 'goodbye' });
    expect(bob.history('lobby').map(({ text }) => text)).toEqual(['keep this']);
  });

  it('that leave alone say what is only here', async () => {
    const ana = await testPeer();
    ana.publish('lobby', 'nobody hears this');
    ana.publish('lobby', 'nor this');
    expect(await ana.leave({ flushMs: 10 })).toEqual({ onlyHere: 2, heldBy: 0 });
  });

  it('see a peer that just closes as failed, and it comes back under its id', async () => {
    const stateFolder = await temporaryFolder();
    const bob = await testPeer({ nick: 'bob' });
    const first = await testPeer({ stateFolder, join: [addressOf(bob)] });
    await first.synced(TIMEOUT);
    const { id } = first.publish('lobby', 'before');
    await first.held(id, 1, TIMEOUT);
    const dead = nextEvent(bob, 'member', ({ member }) => member.state === 'dead');
    await first.close();
    expect((await dead).member.id).toBe(first.id);
    const back = nextEvent(bob, 'member', ({ member }) => member.state === 'alive');
    const second = await testPeer({ stateFolder, join: [addressOf(bob)] });
    expect(second.id).toBe(first.id);
    expect(second.generation).toBe(first.generation + 1);
    expect((await back).member.generation).toBe(second.generation);
    await second.synced(TIMEOUT);
    expect(second.history('lobby').map(({ text }) => text)).toEqual(['before']);
  });

  it('with one nick are shown apart', async () => {
    const ana = await testPeer({ nick: 'ana' });
    const other = await testPeer({ nick: 'ana', join: [addressOf(ana)] });
    await other.synced(TIMEOUT);
    const labels = other.members().map(({ label, id }) => label === `ana~${id.slice(-4)}`);
    expect(labels).toEqual([true, true]);
  });

  it('tell when who holds what has changed', async () => {
    const { ana } = await pair();
    const changed = nextEvent(ana, 'sync', () => ana.receipt(id).held === 1);
    const { id } = ana.publish('lobby', 'x');
    expect(await changed).toMatchObject({ live: 1 });
  });

  it('ask a fast publisher to wait, and let it go on', async () => {
    const { ana, bob } = await pair();
    const payload = 'x'.repeat(1_000);
    let waits = 0;
    for (let count = 0; count < 3_000; count++) {
      if (!ana.publish('bulk', payload).congested) continue;
      waits += 1;
      await ana.drained();
    }
    const { id } = ana.publish('bulk', 'last');
    await ana.held(id, 1, TIMEOUT);
    expect(waits).toBeGreaterThan(5);
    expect(bob.history('bulk')).toHaveLength(3_001);
  });
});

describe('a closed peer', () => {
  it('takes nothing more, ends what waits, and closes again without harm', async () => {
    const { ana } = await pair();
    const { id } = ana.publish('lobby', 'x');
    const subscription = ana.subscribe('lobby');
    const waiting = expect(ana.held(id, 5, TIMEOUT)).rejects.toMatchObject({ code: 'closed' });
    await Promise.all([ana.close(), ana.close()]);
    await waiting;
    for await (const { text } of subscription) expect(text).toBe('x');
    const closed = expect.objectContaining({ code: 'closed' });
    expect(() => ana.publish('lobby', 'y')).toThrow(closed);
    expect(() => ana.subscribe('lobby')).toThrow(closed);
    expect(() => ana.join('127.0.0.1:1')).toThrow(closed);
    await expect(ana.drained()).rejects.toThrow(closed);
    await expect(ana.synced(TIMEOUT)).rejects.toThrow(closed);
    expect((await ana.leave()).heldBy).toBeGreaterThanOrEqual(0);
  });

  it('was perhaps closed by its signal', async () => {
    const controller = new AbortController();
    const ana = await testPeer({ signal: controller.signal });
    controller.abort();
    expect(() => ana.publish('lobby', 'x')).toThrow(expect.objectContaining({ code: 'closed' }));
    const aborted = AbortSignal.abort(new Error('not now'));
    await expect(testPeer({ signal: aborted })).rejects.toThrow('not now');
  });

  it('frees its port', async () => {
    const ana = await testPeer();
    await ana.close();
    const next = await testPeer({ port: ana.port });
    await vi.waitFor(() => expect(next.port).toBe(ana.port), 30_000);
  });
});
