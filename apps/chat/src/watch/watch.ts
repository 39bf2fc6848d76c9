import type { Notice } from '../view/notice.js';

/** A small state machine between events and notices: it reads no clock and sets no timer. */
export interface Watch {
  /** What has become due. */
  tick(nowMs: number): readonly Notice[];
  /** When `tick` is wanted next. */
  readonly wakeAtMs: number | undefined;
}
