import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { OneATurn } from '../src/links/one-a-turn.js';

it('runs the first at once and each further one in a turn of its own, in order', async () => {
  const turns = new OneATurn();
  const ran: number[] = [];
  for (const number of [1, 2, 3]) turns.run(() => ran.push(number));
  expect(ran).toEqual([1]);
  await nextTurn();
  expect(ran).toEqual([1, 2]);
  turns.run(() => ran.push(4));
  await nextTurn();
  expect(ran).toEqual([1, 2, 3]);
  await nextTurn();
  expect(ran).toEqual([1, 2, 3, 4]);
  await nextTurn();
  await nextTurn();
  turns.run(() => ran.push(5));
  expect(ran).toEqual([1, 2, 3, 4, 5]);
});

it('goes on when one of them fails', async () => {
  const turns = new OneATurn();
  const ran: number[] = [];
  const fail = () => {
    throw new Error('on purpose');
  };
  expect(() => turns.run(fail)).toThrow('on purpose');
  turns.run(() => ran.push(1));
  await nextTurn();
  expect(ran).toEqual([1]);
});
