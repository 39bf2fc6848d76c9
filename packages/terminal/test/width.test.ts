import { describe, expect, it } from 'vitest';
import { padEnd, padStart, truncate, width, wrap } from '../src/text/width.js';

describe('width', () => {
  it.each([
    ['', 0],
    ['hello', 5],
    ['é', 1],
    ['e\u0301', 1],
    ['長い', 4],
    ['👋', 2],
    ['👨\u200d👩\u200d👧', 2],
    ['❤\ufe0f', 2],
    ['✓○●', 3],
    ['🇩🇪', 2],
    ['1️⃣', 2],
    ['한국', 4],
    ['ｗｉｄｅ', 8],
    ['─│╭', 3],
  ])('of %j is %i columns', (text, columns) => {
    expect(width(text)).toBe(columns);
  });

  it('is what padding fills up to', () => {
    expect(padEnd('長', 4)).toBe('長  ');
    expect(padStart('長', 4)).toBe('  長');
    expect(padEnd('long', 2)).toBe('long');
  });

  it('is never exceeded by a cut text', () => {
    expect(truncate('長い行', 5)).toBe('長い…');
    expect(truncate('short', 5)).toBe('short');
    expect(width(truncate('長い行も幅を', 6, '...'))).toBeLessThanOrEqual(6);
  });
});

describe('wrap', () => {
  it('breaks at spaces', () => {
    expect(wrap('one two three', 8)).toEqual(['one two', 'three']);
  });

  it('breaks a word that is too long', () => {
    expect(wrap('abcdefghij', 4)).toEqual(['abcd', 'efgh', 'ij']);
  });

  it('never splits a wide character', () => {
    expect(wrap('長い行', 5)).toEqual(['長い', '行']);
  });

  it('breaks beside wide characters, which have no spaces', () => {
    expect(wrap('see 長い行も here', 8)).toEqual(['see 長い', '行も', 'here']);
  });

  it('keeps an empty line', () => {
    expect(wrap('', 10)).toEqual(['']);
  });
});
