import { expect, it } from 'vitest';
import { reachableGroups } from '../../src/relay/conditions.js';

it.each([
  ['nothing is cut', '', [['a', 'b', 'c', 'd']]],
  ['two are cut, and others lead around', 'ab ba', [['a', 'c', 'd', 'b']]],
  ['one way is enough to be of no use', 'ab ac ad', [['a'], ['b', 'c', 'd']]],
  [
    'two sides',
    'ac ad bc bd ca da cb db',
    [
      ['a', 'b'],
      ['c', 'd'],
    ],
  ],
  ['everything', 'ab ac ad bc bd cd', [['a'], ['b'], ['c'], ['d']]],
])('finds who reaches whom: %s', (_name, cuts, groups) => {
  const cut = new Set(cuts.split(' '));
  const found = reachableGroups(['a', 'b', 'c', 'd'], (from, to) => cut.has(from + to));
  expect(found).toEqual(groups);
});
