import { pick, seededRandom } from '@hearsay/core';

/** Pieces that have hurt terminals, beside ordinary text. */
const PIECES = [
  'hello',
  ' ',
  '\n',
  '\r\n',
  '\t',
  '\u0000',
  '\u0007',
  '\u001b',
  '\u001b[31m',
  '\u001b]0;title\u0007',
  '\u001b]8;;http://x\u001b\\',
  '\u001bP1$r\u001b\\',
  '\u009b2J',
  '\u0090q\u009c',
  '\u0085',
  '\u2028',
  '\u202e',
  '\u2066',
  '\u200b',
  '\ufeff',
  '\u{e0041}',
  '\ud800',
  '\udc00',
  'é',
  'e\u0301',
  '長い',
  '👋',
  '👨\u200d👩\u200d👧',
  'z\u0335\u0336\u0337\u0338\u0321\u0322\u0327\u0328\u0334',
  '[2J',
  ';31m',
  '\\',
] as const;

/** Texts put together at random; the seed is part of the name of each test that uses them. */
export function randomTexts(seed: string, count: number): string[] {
  const random = seededRandom(seed);
  const text = (): string =>
    Array.from({ length: random.below(12) }, () => pick(PIECES, random) ?? '').join('');
  return Array.from({ length: count }, text);
}
