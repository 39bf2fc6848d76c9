import { expect, it } from 'vitest';
import { isFalseDeath, lackingOf, NEWS_GRACE_MS, type Verdict } from '../../src/cluster/member.js';
import { standingOf, standingWords } from '../../src/cluster/standing.js';

const long = NEWS_GRACE_MS + 1;
const verdict: Verdict = {
  atMs: 2 * long,
  generation: 2,
  subject: { condition: 'up', sinceMs: 0 },
  currentGeneration: 2,
  reachable: true,
  reachableSinceMs: 0,
};

it.each<[string, Partial<Verdict>, boolean]>([
  ['one that runs and is within reach', {}, true],
  ['one that was killed', { subject: { condition: 'killed', sinceMs: 0 } }, false],
  ['one that is frozen', { subject: { condition: 'frozen', sinceMs: 0 } }, false],
  ['one that woke a moment ago', { subject: { condition: 'up', sinceMs: long } }, true],
  ['one that woke just now', { subject: { condition: 'up', sinceMs: 2 * long - 1 } }, false],
  ['the run before', { generation: 1 }, false],
  ['one behind a cut', { reachable: false }, false],
  ['one behind a cut that was healed just now', { reachableSinceMs: 2 * long - 1 }, false],
])('judges who calls dead %s', (_name, change, expected) => {
  expect(isFalseDeath({ ...verdict, ...change })).toBe(expected);
});

it('counts what each lacks of what any of them showed', () => {
  const runs = [
    { shown: new Map([['a', 3]]) },
    {
      shown: new Map([
        ['a', 1],
        ['b', 2],
      ]),
    },
    { shown: new Map() },
  ];
  expect(lackingOf(runs)).toEqual([2, 2, 5]);
  expect(lackingOf([])).toEqual([]);
});

it.each([
  [[], '- nobody looks'],
  [['alive', 'alive'], '● alive'],
  [['alive', undefined], '… joining'],
  [['alive', 'suspect'], '◐ suspect to 1 of 2'],
  [['suspect', 'suspect'], '◐ suspect'],
  [['suspect', 'dead'], '✗ dead to 1 of 2'],
  [['dead', 'dead'], '✗ dead'],
  [['left', 'left'], '- left'],
  [['left', 'dead'], '✗ dead'],
])('words what %j come to', (states, words) => {
  expect(standingWords(standingOf(states))).toBe(words);
});
