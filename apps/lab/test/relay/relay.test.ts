import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { endOf, layWires, read } from '../support/wires.js';

it('passes bytes both ways', async () => {
  const { ana, bob } = await (await layWires()).dial();
  ana.write('hello');
  expect(String(await read(bob, 5))).toBe('hello');
  bob.write('you');
  expect(String(await read(ana, 3))).toBe('you');
});

it('holds what is sent over a cut, and hands it over once it is healed', async () => {
  const { relay, dial } = await layWires();
  const { ana, bob } = await dial();
  await relay.cut('ana', 'bob');
  ana.write('later');
  // The other direction is open: its word arrives although the first one was sent before.
  bob.write('now');
  expect(String(await read(ana, 3))).toBe('now');
  expect(bob.readableLength).toBe(0);
  const arriving = read(bob, 5);
  await relay.heal();
  expect(String(await arriving)).toBe('later');
});

it('mends one direction at a time, and lets through whoever dialled meanwhile', async () => {
  const { relay, accepted, tryDial } = await layWires();
  await relay.cut('ana', 'bob');
  await relay.cut('bob', 'ana');
  const ana = tryDial();
  ana.write('hello');
  await once(ana, 'connect');
  await relay.mend('ana', 'bob');
  expect([accepted.length, relay.groups()]).toEqual([0, [['ana'], ['bob']]]);
  await relay.mend('bob', 'ana');
  await expect.poll(() => accepted.length).toBe(1);
  const [bob] = accepted;
  if (bob === undefined) throw new Error('nobody arrived');
  expect(String(await read(bob, 5))).toBe('hello');
});

it('lets nobody learn of an end behind a cut', async () => {
  const { relay, dial, kill, tryDial } = await layWires();
  const { ana } = await dial();
  await relay.cut('ana', 'bob');
  await relay.cut('bob', 'ana');
  await kill();
  const late = tryDial();
  await once(late, 'connect');
  expect([ana.destroyed, late.destroyed]).toEqual([false, false]);
  const ends = [endOf(ana), endOf(late)];
  await relay.heal();
  await expect(Promise.all(ends)).resolves.toEqual(['end', 'ECONNRESET']);
});

it('refuses dials to a peer that is gone, as its machine would', async () => {
  const { dial, kill, tryDial, relay } = await layWires();
  const { ana } = await dial();
  const ended = endOf(ana);
  await kill();
  expect(await ended).toBe('end');
  expect(await endOf(tryDial())).toBe('ECONNREFUSED');
  expect(relay.groups()).toEqual([['ana', 'bob']]);
});

it('resets the connections of two when they are dropped', async () => {
  const { relay, dial } = await layWires();
  const { ana, bob } = await dial();
  const ends = [endOf(ana), endOf(bob)];
  expect(relay.drop('bob', 'ana')).toBe(1);
  expect(await Promise.all(ends)).toEqual(['ECONNRESET', 'ECONNRESET']);
});

it('tells one side only of a half-open connection', async () => {
  const { relay, dial } = await layWires();
  const { ana, bob } = await dial();
  const ended = endOf(ana);
  expect(relay.halfOpen('ana', 'bob')).toBe(1);
  expect(await ended).toBe('ECONNRESET');
  bob.write('anybody?');
  expect(bob.destroyed).toBe(false);
});

it('stalls what is open and lets new connections through', async () => {
  const { relay, dial } = await layWires();
  const first = await dial();
  expect(relay.stall('ana', 'bob')).toBe(1);
  first.ana.write('held');
  const second = await dial();
  second.ana.write('fresh');
  expect(String(await read(second.bob, 5))).toBe('fresh');
  expect(first.bob.readableLength).toBe(0);
});

it('turns one bit when it is told to', async () => {
  const { relay, dial } = await layWires();
  const { ana, bob } = await dial();
  relay.flip('ana', 'bob', 1);
  ana.write(Buffer.alloc(64));
  const bits = [...(await read(bob, 64))].map((byte) => byte.toString(2)).join('');
  expect(bits.replaceAll('0', '')).toBe('1');
  ana.write(Buffer.alloc(64));
  expect((await read(bob, 64)).equals(Buffer.alloc(64))).toBe(true);
});

it('delivers everything in order, however the wire shakes and however slow it is', async () => {
  const { relay, dial } = await layWires();
  const { ana, bob } = await dial();
  relay.shape('ana', 'bob', { delayMs: 2, jitterMs: 5, bytesPerSecond: 4_000_000 });
  const sent = randomBytes(300_000);
  for (let at = 0; at < sent.length; at += 10_000) ana.write(sent.subarray(at, at + 10_000));
  expect((await read(bob, sent.length)).equals(sent)).toBe(true);
});
