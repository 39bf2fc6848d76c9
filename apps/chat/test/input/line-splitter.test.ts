import { describe, expect, it } from 'vitest';
import { describeRefusal, type InputLine, LineSplitter } from '../../src/input/line-splitter.js';

function split(bytesMax: number, ...chunks: readonly (string | Uint8Array)[]): InputLine[] {
  const splitter = new LineSplitter(bytesMax);
  return [...chunks.flatMap((chunk) => [...splitter.push(Buffer.from(chunk))]), ...splitter.end()];
}

const texts = (lines: readonly InputLine[]): unknown[] =>
  lines.map((line) => (line.kind === 'line' ? line.text : line.kind));

describe('lines of a stream', () => {
  it.each([
    ['newlines', ['a\nb\n'], ['a', 'b']],
    ['carriage returns before them', ['a\r\nb\r\n'], ['a', 'b']],
    ['no newline at the end', ['a\nb'], ['a', 'b']],
    ['empty lines', ['\n\na\n'], ['', '', 'a']],
    ['nothing', [''], []],
    ['lines over several chunks', ['he', 'll', 'o\nwo', 'rld\n'], ['hello', 'world']],
  ])('with %s', (_what, chunks, expected) => {
    expect(texts(split(100, ...chunks))).toEqual(expected);
  });

  it('put together characters that arrive in halves', () => {
    const bytes = Buffer.from('長い\n');
    const chunks = [...bytes].map((byte) => Uint8Array.of(byte));
    expect(texts(split(100, ...chunks))).toEqual(['長い']);
  });

  it.each([
    ['exactly the limit', 'x'.repeat(10), 'x'.repeat(10)],
    ['the limit and CR LF', `${'x'.repeat(10)}\r`, 'x'.repeat(10)],
    ['one byte more', 'x'.repeat(11), 'too-long'],
    ['two bytes more', 'x'.repeat(12), 'too-long'],
  ])('of %s', (_what, line, expected) => {
    expect(texts(split(10, `${line}\nnext\n`))).toEqual([expected, 'next']);
  });

  it('are counted and not kept when they are too long, and the next one is whole', () => {
    const chunk = Buffer.alloc(64 * 1_024, 'x');
    const splitter = new LineSplitter(1_000);
    for (let bytes = 0; bytes < 10 * 1_024 * 1_024; bytes += chunk.length) {
      expect([...splitter.push(chunk)]).toEqual([]);
    }
    const [refused, next] = [...splitter.push(Buffer.from('\nnext\n'))];
    expect(refused).toEqual({ kind: 'too-long', number: 1, bytes: 10_485_760, bytesMax: 1_000 });
    expect(next).toEqual({ kind: 'line', number: 2, text: 'next' });
  });

  it('that are not UTF-8 are refused, and only they', () => {
    const lines = split(100, Buffer.from([0x61, 0xff, 0x0a]), 'b\n', Buffer.from([0xc3, 0x0a]));
    expect(texts(lines)).toEqual(['invalid-utf8', 'b', 'invalid-utf8']);
  });

  it('are refused in words', () => {
    expect(
      describeRefusal({ kind: 'too-long', number: 1, bytes: 10_485_760, bytesMax: 32_768 }),
    ).toBe('line too long (10485760 bytes, limit 32768): not sent');
    expect(describeRefusal({ kind: 'invalid-utf8', number: 3, bytes: 7 })).toBe(
      'line 3 is not valid UTF-8 (7 bytes): not sent',
    );
  });
});
