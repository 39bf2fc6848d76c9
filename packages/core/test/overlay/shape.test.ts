import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_CONFIG } from '../../src/config.js';
import { DEFAULT_LIMITS } from '../../src/limits.js';
import { isBeyondTable, type Shape, shapeOf } from '../../src/overlay/shape.js';
import { holds } from '../support/property.js';

const CONFIG = { fullMeshUpTo: 32, cappedUpTo: 150, tableUpTo: 800, shapeSlackPercent: 15 };

describe('the shape of a mesh', () => {
  it.each<[number, Shape, Shape]>([
    [1, 'full', 'full'],
    [32, 'full', 'full'],
    [33, 'full', 'capped'],
    [150, 'capped', 'capped'],
    [151, 'capped', 'partial'],
    [151, 'full', 'partial'],
    [128, 'partial', 'partial'],
    [127, 'partial', 'capped'],
    [28, 'capped', 'capped'],
    [27, 'capped', 'full'],
    [5, 'partial', 'full'],
  ])('of %i members that was %s before the last came or went is %s', (members, before, after) => {
    expect(shapeOf(members, before, CONFIG)).toBe(after);
  });

  it('does not change with each member that comes and goes', () => {
    const shape = fc.constantFrom<Shape[]>('full', 'capped', 'partial');
    holds(fc.tuple(fc.integer({ min: 1, max: 200 }), shape), ([members, before]) => {
      const now = shapeOf(members, before, CONFIG);
      if (now === before) return;
      const back = [members - 1, members + 1].map((near) => shapeOf(near, now, CONFIG));
      expect(back).not.toContain(before);
    });
  });

  it('is a full mesh by default for as many as have links to spare', () => {
    expect(shapeOf(64, 'full', DEFAULT_CONFIG)).toBe('full');
    expect(shapeOf(65, 'full', DEFAULT_CONFIG)).toBe('capped');
  });

  it.each<[number, boolean, boolean]>([
    [800, false, false],
    [801, false, true],
    [681, true, true],
    [680, true, false],
  ])('of %i members outgrows the table (before: %s): %s', (members, before, after) => {
    expect(isBeyondTable(members, before, CONFIG)).toBe(after);
  });

  it('outgrows the table before there is no row left', () => {
    expect(DEFAULT_CONFIG.tableUpTo).toBeLessThan(DEFAULT_LIMITS.membersMax);
  });
});
