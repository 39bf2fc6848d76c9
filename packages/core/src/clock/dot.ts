import type { StreamId } from '../ids.js';

/** One event: the sequence-th of a stream. Sequences count from 1 without holes. */
export interface Dot {
  readonly stream: StreamId;
  readonly sequence: number;
}
