import { describe, expect, it } from 'vitest';
import { Column } from '../../src/log/column.js';

const MANY = 20_000;

describe.each(['f64', 'u32'] as const)('a column of %s', (kind) => {
  it('names the same number by the same index, however much is dropped before it', () => {
    const column = new Column(kind);
    for (let index = 0; index < MANY; index++) {
      column.push(3 * index);
      if (index % 7 === 0) column.dropBefore(index - 5_000);
    }
    expect([column.start, column.end]).toEqual([14_999, MANY]);
    for (let index = column.start; index < column.end; index++) {
      expect(column.at(index)).toBe(3 * index);
    }
  });

  it('holds nothing outside of what is kept, and goes on after everything was dropped', () => {
    const column = new Column(kind);
    for (let index = 0; index < 5_000; index++) column.push(1);
    column.dropBefore(5_000);
    expect([column.start, column.end, column.at(0), column.at(5_000)]).toEqual([
      5_000, 5_000, 0, 0,
    ]);
    column.push(2);
    column.set(5_000, 9);
    column.set(0, 9);
    expect([column.at(5_000), column.end]).toEqual([9, 5_001]);
  });
});
