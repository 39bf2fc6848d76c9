import { describe, expect, it } from 'vitest';
import { clockTime, dayTitle } from '../../src/text/clock-time.js';
import {
  formatDuration,
  formatRoundTrip,
  formatSince,
  parseDuration,
} from '../../src/text/duration.js';
import { COLOURS } from '../../src/text/look.js';
import { nearMatch } from '../../src/text/near-match.js';

describe('durations', () => {
  it.each([
    ['500ms', 500],
    ['2s', 2_000],
    ['1.5m', 90_000],
    ['1h', 3_600_000],
    ['3', 3_000],
    ['', undefined],
    ['-1s', undefined],
    ['1 s', undefined],
    ['5d', undefined],
    ['NaN', undefined],
  ])('%j is read as %s ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each([
    [0, '0.00s'],
    [34, '0.03s'],
    [800, '0.8s'],
    [3_821, '3.8s'],
    [12_400, '12s'],
    [2_640_000, '44m'],
    [10_800_000, '3h'],
    [259_200_000, '3d'],
  ])('%i ms is said as %s', (ms, words) => {
    expect(formatDuration(ms)).toBe(words);
  });

  it('of a round trip is in milliseconds', () => {
    expect(formatRoundTrip(0.42)).toBe('0.4ms');
    expect(formatRoundTrip(2)).toBe('2ms');
    expect(formatRoundTrip(12.3)).toBe('12ms');
  });

  it.each([
    [0, '0s'],
    [9_999, '9s'],
    [10_000, '10s'],
    [59_000, '50s'],
    [60_000, '12:03'],
    [200_000_000, '2d'],
  ])('%i ms since something that stays is %s, seldom another', (ms, words) => {
    const now = new Date(2026, 10, 22, 12, 4, 30).getTime();
    expect(formatSince(ms, now)).toBe(words);
  });
});

it('times are local', () => {
  const at = new Date(2026, 10, 22, 9, 5, 7).getTime();
  expect(clockTime(at)).toBe('09:05:07');
  expect(dayTitle(at)).toBe('Sunday 2026-11-22');
});

describe('the nearest of several words', () => {
  it.each([
    ['jion', 'join'],
    ['JION', 'join'],
    ['qit', 'quit'],
    ['re', 'receipts'],
    ['mehs', 'mesh'],
    ['xyzzy', undefined],
    ['', undefined],
    ['etc/passwd', undefined],
  ])('to %j is %s', (word, near) => {
    expect(nearMatch(word, ['join', 'quit', 'receipts', 'mesh'])).toBe(near);
  });
});

it('the colour of a nick is the same on every screen', () => {
  expect(COLOURS.nick('b'.repeat(32), 'bob')).toBe(COLOURS.nick('b'.repeat(32), 'bob'));
});
