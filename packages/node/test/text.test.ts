import { describe, expect, it } from 'vitest';
import { cleanLine, firstBytes, firstCharacters } from '../src/text.js';

describe('text from elsewhere', () => {
  it.each([
    ['a colour', '\u001b[31mred\u001b[0m', 'red'],
    ['a window title', '\u001b]0;title\u0007ana', 'ana'],
    ['a title that never ends', '\u001b]0;title', ''],
    ['a clipboard write', '\u001b]52;c;aGk=\u001b\\ana', 'ana'],
    ['a device string', '\u001bPq...\u001b\\ana', 'ana'],
    ['an eight-bit sequence', '\u009b31mred', 'red'],
    ['a cursor key', '\u001bOA', 'A'],
    ['a bare escape', 'a\u001b', 'a'],
    ['bells and deletes', 'a\u0007b\u007fc\u0000', 'abc'],
    ['a reordered name', 'a\u202egpj.exe', 'agpj.exe'],
    ['isolates', '\u2066a\u2069', 'a'],
    ['a zero-width space', 'a\u200bna', 'ana'],
    ['lines and tabs', ' a\r\n\tb\u2028c ', 'a b c'],
    ['half a surrogate pair', 'a\ud83d', 'a'],
    ['a letter in two parts', 'e\u0301', '\u00e9'],
    ['nothing wrong', '長い 👋', '長い 👋'],
  ])('is cleaned of %s', (_what, text, clean) => {
    expect(cleanLine(text)).toBe(clean);
  });

  it('is cut between characters', () => {
    expect(firstCharacters('👋👋👋', 2)).toBe('👋👋');
    expect(firstCharacters('abc', 5)).toBe('abc');
    expect(firstBytes('👋👋', 7)).toBe('👋');
    expect(firstBytes('aä', 2)).toBe('a');
  });
});
