import { clockTime } from './clock-time.js';

const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Reads `500ms`, `2s`, `1.5m`, `1h`, or plain seconds; undefined when it is none of these. */
export function parseDuration(text: string): number | undefined {
  const parts = /^(?<number>\d{1,9}(?:\.\d{1,3})?)(?<unit>ms|s|m|h)?$/.exec(text)?.groups;
  if (parts === undefined) return undefined;
  const durationMs = Number(parts['number']) * (UNITS_MS[parts['unit'] ?? 's'] ?? SECOND);
  return Math.round(durationMs);
}

/** A wait as people say it: `0.03s`, `0.8s`, `12s`, `44m`, `3h`, `2d`. */
export function formatDuration(ms: number): string {
  if (ms < 95) return `${(Math.max(0, ms) / SECOND).toFixed(2)}s`;
  if (ms < 9_950) return `${(ms / SECOND).toFixed(1)}s`;
  if (ms < 100 * SECOND) return `${Math.round(ms / SECOND)}s`;
  if (ms < 100 * MINUTE) return `${Math.round(ms / MINUTE)}m`;
  if (ms < 48 * HOUR) return `${Math.round(ms / HOUR)}h`;
  return `${Math.round(ms / DAY)}d`;
}

/**
 * How long ago something happened that stays as it is, for a screen that is not to be painted again
 * and again for it: `3s`, `40s`, then the time of day at which it was, then `2d`.
 * @param nowMs wall time now, from which the time of day is counted back
 */
export function formatSince(ms: number, nowMs: number): string {
  if (ms < 10 * SECOND) return `${Math.floor(Math.max(0, ms) / SECOND)}s`;
  if (ms < MINUTE) return `${10 * Math.floor(ms / (10 * SECOND))}s`;
  if (ms < DAY) return clockTime(nowMs - ms).slice(0, 'hh:mm'.length);
  return `${Math.floor(ms / DAY)}d`;
}

/** A round trip: `0.4ms`, `3ms`, `12ms`. */
export function formatRoundTrip(ms: number): string {
  return ms < 0.95 ? `${ms.toFixed(1)}ms` : `${Math.round(ms)}ms`;
}
