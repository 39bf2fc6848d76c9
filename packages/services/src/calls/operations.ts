import type { ServiceMessage } from '../wire/messages.js';

/** Milliseconds that the outcome of an operation is remembered after its end, or until its deadline if that is later. */
export const OPERATION_MEMORY_MS = 60_000;

/** What was said of an operation, without the attempt it was said to. */
export type Remembered = Extract<ServiceMessage, { kind: 'reply' | 'fault' }>;

interface Entry<Work> {
  work: Work | undefined;
  outcome: Remembered | undefined;
  untilMs: number;
}

export interface OperationBounds {
  readonly operationsMax: number;
  readonly operationBytesMax: number;
}

const ENTRY_BYTES = 200;

/**
 * What has run, or runs, of calls that must not run twice. Nothing young is ever forgotten to make
 * room: `hasRoom` says no then, and the call is refused before it is taken.
 */
export class Operations<Work> {
  readonly #bounds: OperationBounds;
  /** In the order of their ends, nearly: those that end later were put back behind. */
  readonly #entries = new Map<string, Entry<Work>>();
  #bytes = 0;

  constructor(bounds: OperationBounds) {
    this.#bounds = bounds;
  }

  get size(): number {
    return this.#entries.size;
  }

  find(key: string, nowMs: number): Readonly<Entry<Work>> | undefined {
    this.#expire(nowMs);
    return this.#entries.get(key);
  }

  hasRoom(nowMs: number): boolean {
    this.#expire(nowMs);
    const { operationsMax, operationBytesMax } = this.#bounds;
    return this.#entries.size < operationsMax && this.#bytes < operationBytesMax;
  }

  begin(key: string, work: Work): void {
    this.#entries.set(key, { work, outcome: undefined, untilMs: Number.POSITIVE_INFINITY });
    this.#bytes += ENTRY_BYTES;
  }

  end(key: string, outcome: Remembered, untilMs: number): void {
    if (!this.#entries.delete(key)) return;
    this.#entries.set(key, { work: undefined, outcome, untilMs });
    this.#bytes += bytesOf(outcome);
  }

  /** It was never taken. */
  forget(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#bytes -= ENTRY_BYTES + (entry.outcome === undefined ? 0 : bytesOf(entry.outcome));
  }

  #expire(nowMs: number): void {
    for (const [key, { work, untilMs }] of this.#entries) {
      if (work !== undefined) continue;
      if (untilMs > nowMs) return; // Those behind it ended later, but for the few with a long deadline.
      this.forget(key);
    }
  }
}

/** In memory: a text takes up to two bytes a character. */
function bytesOf(outcome: Remembered): number {
  if (outcome.kind === 'fault') return outcome.detail.length * 2;
  const { payload } = outcome;
  return payload instanceof Uint8Array ? payload.length : payload.text.length * 2;
}
