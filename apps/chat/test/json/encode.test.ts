import { describe, expect, it, vi } from 'vitest';
import { eventLine, safeJson } from '../../src/json/encode.js';
import { SyncReporter } from '../../src/json/sync-reporter.js';
import { randomTexts } from '../support/random-text.js';

const HARMFUL =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what must never come out.
  /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;

describe('a line of output', () => {
  it('begins with its version, time and type', () => {
    const at = Date.UTC(2026, 10, 22, 12, 4, 0, 1);
    expect(eventLine('ok', { ref: '1' }, at)).toBe(
      '{"v":1,"t":"2026-11-22T12:04:00.001Z","type":"ok","ref":"1"}',
    );
  });

  it('is one line, safe to look at, and loses nothing (seed json-1)', () => {
    for (const text of randomTexts('json-1', 2_000)) {
      const line = safeJson({ text });
      expect(line).not.toMatch(HARMFUL);
      expect(JSON.parse(line)).toEqual({ text });
    }
  });
});

describe('reports of sync', () => {
  it('come at once, then coalesced, and only on a change', () => {
    vi.useFakeTimers();
    let live = 0;
    const reported: unknown[] = [];
    const reporter = new SyncReporter({
      read: () => ({ live }),
      report: (fields) => reported.push(fields),
    });
    reporter.touch();
    reporter.touch();
    live = 1;
    reporter.touch();
    live = 2;
    reporter.touch();
    expect(reported).toEqual([{ live: 0 }]);
    vi.advanceTimersByTime(100);
    expect(reported).toEqual([{ live: 0 }, { live: 2 }]);
    vi.advanceTimersByTime(1_000);
    reporter.touch();
    expect(reported).toHaveLength(2);
    reporter.stop();
    expect(vi.getTimerCount()).toBe(0);
    vi.useRealTimers();
  });
});
