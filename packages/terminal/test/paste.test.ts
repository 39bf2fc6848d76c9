import { describe, expect, it } from 'vitest';
import { type Keys, PasteDecoder } from '../src/keys/paste.js';

const START = '\u001b[200~';
const END = '\u001b[201~';

function decode(charsMax: number, ...chunks: readonly string[]): Keys[] {
  const decoder = new PasteDecoder(charsMax);
  return chunks.flatMap((chunk) => decoder.push(chunk));
}

describe('what a terminal sends', () => {
  it('is keys', () => {
    expect(decode(100, 'abc\r')).toEqual([{ kind: 'keys', text: 'abc\r' }]);
  });

  it('is a paste between its marks', () => {
    expect(decode(100, `a${START}one\rtwo${END}b`)).toEqual([
      { kind: 'keys', text: 'a' },
      { kind: 'paste', text: 'one\rtwo' },
      { kind: 'keys', text: 'b' },
    ]);
  });

  it('is a newline for Alt-Enter', () => {
    expect(decode(100, 'a\u001b\rb')).toEqual([
      { kind: 'keys', text: 'a' },
      { kind: 'newline' },
      { kind: 'keys', text: 'b' },
    ]);
  });

  it('may be cut anywhere', () => {
    const text = `x${START}one\ntwo${END}\u001b[Dy\u001b\rz`;
    for (let cut = 1; cut < text.length; cut += 1) {
      const parts = decode(100, text.slice(0, cut), text.slice(cut));
      const keys = parts
        .filter(({ kind }) => kind === 'keys')
        .map((part) => ('text' in part ? part.text : ''));
      expect(keys.join('')).toBe('x\u001b[Dyz');
      expect(parts).toContainEqual({ kind: 'paste', text: 'one\ntwo' });
      expect(parts).toContainEqual({ kind: 'newline' });
    }
  });

  it('is bounded while it is pasted', () => {
    const decoder = new PasteDecoder(10);
    expect(decoder.push(START)).toEqual([]);
    for (let count = 0; count < 1_000; count += 1) expect(decoder.push('xxxxxxxxxx')).toEqual([]);
    expect(decoder.push(END)).toEqual([{ kind: 'paste-too-long', chars: 10_000 }]);
    expect(decoder.push('a')).toEqual([{ kind: 'keys', text: 'a' }]);
  });
});
