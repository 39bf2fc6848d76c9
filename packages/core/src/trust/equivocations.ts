import { type PeerId, parseStreamId, type StreamId } from '../ids.js';

/** Two different batches for one message, both signed by its origin: it told others another thing. */
export interface Equivocation {
  readonly origin: PeerId;
  readonly generation: number;
  /** The first message that both batches hold. */
  readonly sequence: number;
  /** As their origin signed them; the first is the one delivered here. */
  readonly batches: readonly [Uint8Array, Uint8Array];
}

/** Proofs against origins that contradict themselves: one a stream, and not more than a bound. */
export class Equivocations {
  readonly #proofs = new Map<StreamId, Equivocation>();
  readonly #max: number;

  constructor(max: number) {
    this.#max = max;
  }

  has(stream: StreamId): boolean {
    return this.#proofs.has(stream);
  }

  /** All proofs, oldest first. */
  list(): readonly Equivocation[] {
    return [...this.#proofs.values()];
  }

  /** Keeps a proof against a stream that is not convicted yet. @returns it, or undefined without room */
  note(
    stream: StreamId,
    sequence: number,
    batches: readonly [Uint8Array, Uint8Array],
  ): Equivocation | undefined {
    if (this.#proofs.size >= this.#max) return undefined;
    const { peer: origin, generation } = parseStreamId(stream);
    const proof = { origin, generation, sequence, batches };
    this.#proofs.set(stream, proof);
    return proof;
  }
}
