import { compareIds, type Dot, type HlcTime, type StreamId } from '@hearsay/core';

/** When and by whom: a total order of all writes. No two operations share one. */
export interface Stamp extends HlcTime {
  readonly stream: StreamId;
}

/** One write as it is remembered: its stamp, and its place in the stream of its origin. */
export interface Version extends Stamp, Dot {}

/** Milliseconds fit 48 bits, as the store keeps them; the year is 10889 when they no longer do. */
export const TIME_MS_MAX: number = 2 ** 48 - 1;
/** As the hybrid clock counts. */
export const TIME_COUNTER_MAX = 0xffff;

/** The later stamp wins; at one time, the higher origin. */
export function compareStamps(left: Stamp, right: Stamp): number {
  return (
    left.ms - right.ms || left.counter - right.counter || compareIds(left.stream, right.stream)
  );
}

/** `<ms>.<counter>.<origin>`: equal for equal writes, also the ETag over HTTP. */
export function formatVersion(stamp: Stamp): string {
  return `${stamp.ms}.${stamp.counter}.${stamp.stream}`;
}
