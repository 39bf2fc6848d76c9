import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  fitLine,
  justify,
  lineText,
  lineWidth,
  span,
  splitAtColumn,
  tintOf,
} from '../src/style/span.js';

describe('a line', () => {
  it('is filled or cut to a width, keeping its roles', () => {
    expect(fitLine([span('ab', 'good')], 4)).toEqual([span('ab', 'good'), span('  ')]);
    expect(lineText(fitLine([span('abc'), span('def', 'dim')], 5, '…'))).toBe('abcd…');
    expect(lineText(fitLine([span('長い')], 3, '…'))).toBe('長…');
    expect(lineText(fitLine([span('長い')], 2, '…'))).toBe('… ');
  });

  it('has exactly the width asked for (any text)', () => {
    const text = fc.string({ unit: fc.constantFrom('a', ' ', '長', '👋', 'é', '─') });
    fc.assert(
      fc.property(fc.array(text), fc.nat(40), (texts, columns) => {
        const line = texts.map((each) => span(each));
        expect(lineWidth(fitLine(line, columns, '…'))).toBe(columns);
        expect(lineWidth(justify(line, [span('right')], columns, '…'))).toBe(columns);
      }),
    );
  });

  it('gives way to what stands at its right end', () => {
    expect(lineText(justify([span('a long title')], [span('12:04')], 12, '…'))).toBe(
      'a long…12:04',
    );
    expect(lineText(justify([span('x')], [span('12:04')], 3))).toBe('12:');
  });
});

it('text is cut at a column, never inside a character', () => {
  expect(splitAtColumn('長い行', 3)).toEqual(['長', 'い行']);
  expect(splitAtColumn('ab', 5)).toEqual(['ab', '']);
});

it('an id always has the same tint', () => {
  expect(tintOf('ana')).toBe(tintOf('ana'));
  expect(new Set(['a', 'b', 'c', 'd', 'e', 'f'].map(tintOf)).size).toBeGreaterThan(2);
});
