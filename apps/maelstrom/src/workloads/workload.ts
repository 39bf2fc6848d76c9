import type { Body } from '../envelope.js';

/** What a workload may do with the log that all nodes share. */
interface Shared {
  readonly node: string;
  /** Tells everybody, ourselves included, once. */
  publish(text: string): void;
}

/** One of Maelstrom's workloads, over messages that everybody delivers exactly once. */
export interface Workload {
  readonly summary: string;
  /**
   * @returns the reply; undefined for a request of another workload
   * @throws RequestError
   */
  handle(body: Body, shared: Shared): Omit<Body, 'in_reply_to'> | undefined;
  delivered(text: string): void;
}
