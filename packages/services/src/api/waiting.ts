import type { Outcome } from '../calls/call.js';
import { decodePayload } from '../wire/payload.js';
import { errorOf, type Sink } from './asked.js';
import type { Target } from './contract.js';
import { validate } from './schema.js';

/** The promise of one call, and what ends it. */
export class Waiting implements Sink {
  readonly isStream = false;
  /** Listens to the signal no longer. */
  stop: (() => void) | undefined = undefined;
  readonly #target: Target;
  readonly #signal: AbortSignal | undefined;
  readonly #resolve: (output: unknown) => void;
  readonly #reject: (error: unknown) => void;

  constructor(
    target: Target,
    signal: AbortSignal | undefined,
    resolve: (output: unknown) => void,
    reject: (error: unknown) => void,
  ) {
    this.#target = target;
    this.#signal = signal;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  settled(outcome: Outcome): void {
    this.stop?.();
    if (this.#signal?.aborted === true) return this.#reject(this.#signal.reason);
    if (outcome.kind === 'failed') return this.#reject(errorOf(outcome));
    const target = this.#target;
    try {
      const output = decodePayload(outcome.payload, 'invalid-output');
      const schema = typeof target === 'string' ? undefined : target.output;
      this.#resolve(schema === undefined ? output : validate(schema, output, 'invalid-output'));
    } catch (error) {
      this.#reject(error);
    }
  }

  /** Nobody asked for items; the engine refuses them before. */
  item(): void {}
}
