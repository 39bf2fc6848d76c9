import { describe, expect, it } from 'vitest';
import { sanitiseLine, sanitiseNick, sanitiseText } from '../../src/text/sanitise.js';
import { randomTexts } from '../support/random-text.js';

// biome-ignore lint/suspicious/noControlCharactersInRegex: what must never come out.
const HARMFUL = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\u200b\ufeff]/;

describe('text of others', () => {
  it.each([
    ['colours', 'a\u001b[31mred\u001b[0m b', 'ared b'],
    ['cursor movement', '\u001b[2J\u001b[Hgone', 'gone'],
    ['a window title', '\u001b]0;pwned\u0007hi', 'hi'],
    ['a link', '\u001b]8;;http://x\u001b\\click\u001b]8;;\u001b\\', 'click'],
    ['a string that never ends', '\u001b]0;swallowed', ''],
    ['eight-bit sequences', '\u009b31mred', 'red'],
    ['a carriage return that would overwrite', 'good\rbad', 'good\nbad'],
    ['line ends of all kinds', 'a\r\nb\u2028c\u0085d', 'a\nb\nc\nd'],
    ['bells and null', 'a\u0007\u0000b', 'ab'],
    ['bidi overrides', 'a\u202egnp.exe', 'agnp.exe'],
    ['half of a surrogate pair', 'a\ud800b', 'a\ufffdb'],
    ['tabs', 'a\tb', 'a    b'],
    ['combining towers', `z${'\u0335'.repeat(50)}!`, `z${'\u0335'.repeat(6)}!`],
  ])('loses %s', (_what, text, shown) => {
    expect(sanitiseText(text)).toBe(shown);
  });

  it.each(['長い行も幅を数えて折り返します 👋', 'é e\u0301', '👨\u200d👩\u200d👧', 'שלום', 'a  b'])(
    'keeps %s',
    (text) => {
      expect(sanitiseText(text)).toBe(text);
    },
  );

  it('holds nothing that acts on a terminal, whatever comes (seed sanitise-1)', () => {
    for (const text of randomTexts('sanitise-1', 3_000)) {
      const shown = sanitiseText(text);
      expect(shown).not.toMatch(HARMFUL);
      expect(sanitiseText(shown)).toBe(shown);
      expect(sanitiseLine(text)).not.toContain('\n');
    }
  });

  it('takes no longer than its length asks for, however it nests', () => {
    const started = performance.now();
    for (const piece of ['\u001b]', '\u001b[', '\u001bP', '\u009b1;', '\u001b]8;;\u001b']) {
      sanitiseText(piece.repeat(200_000));
    }
    // Milliseconds; a quadratic expression would take minutes. Generous, since machines differ.
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});

describe('a nick on the screen', () => {
  it.each([
    ['ana', 'ana'],
    [' ana  maria ', 'ana_maria'],
    ['a\u001b[31mna', 'ana'],
    ['a\u200dna', 'ana'],
    ['🦊', '🦊'],
    ['--', ''],
    ['\u202e', ''],
    ['x'.repeat(100), 'x'.repeat(32)],
  ])('%j is shown as %j', (nick, shown) => {
    expect(sanitiseNick(nick)).toBe(shown);
  });

  it('never holds a space, so it cannot look like two words (seed nick-1)', () => {
    for (const text of randomTexts('nick-1', 2_000)) {
      expect(sanitiseNick(text)).not.toMatch(/\s/u);
    }
  });
});
