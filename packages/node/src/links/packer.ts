/** The sizes of transport messages. */
export interface PackerLimits {
  /** No message is larger; a single chunk never is. */
  readonly transportBytesMax: number;
  readonly bulkMessageBytes: number;
  readonly copyBytesMax: number;
}

interface Packed {
  readonly chunks: readonly Uint8Array[];
  readonly messages: readonly Uint8Array[];
}

const NOTHING: Packed = { chunks: [], messages: [] };

/**
 * Joins the chunks of a turn into transport messages.
 *
 * Frames tell their own length, so chunks may be joined freely. In a full mesh most links get the
 * same chunks in the same turn: the last result is kept and handed out again, so that a turn costs
 * one copy and not one a link.
 */
export class Packer {
  readonly #limits: PackerLimits;
  #lastBulk = NOTHING;
  #lastMixed = NOTHING;

  constructor(limits: PackerLimits) {
    this.#limits = limits;
  }

  /** Messages in the order to send them: control first. */
  pack(control: readonly Uint8Array[], bulk: readonly Uint8Array[]): readonly Uint8Array[] {
    if (control.length === 0) return this.#packBulk(bulk);
    if (bulk.length === 0) return this.#packMixed(control);
    if (bytesOf(control) + bytesOf(bulk) <= this.#limits.copyBytesMax) {
      return this.#packMixed([...control, ...bulk]);
    }
    return [...this.#packMixed(control), ...this.#packBulk(bulk)];
  }

  /** Forgets the last results, which would otherwise stay in memory while nothing is sent. */
  forget(): void {
    this.#lastBulk = NOTHING;
    this.#lastMixed = NOTHING;
  }

  #packMixed(chunks: readonly Uint8Array[]): readonly Uint8Array[] {
    if (chunks.length <= 1) return chunks;
    if (!sameChunks(chunks, this.#lastMixed.chunks)) {
      this.#lastMixed = { chunks, messages: join(chunks, this.#limits.transportBytesMax) };
    }
    return this.#lastMixed.messages;
  }

  #packBulk(chunks: readonly Uint8Array[]): readonly Uint8Array[] {
    if (chunks.length <= 1) return chunks;
    if (!sameChunks(chunks, this.#lastBulk.chunks)) {
      this.#lastBulk = { chunks, messages: join(chunks, this.#limits.bulkMessageBytes) };
    }
    return this.#lastBulk.messages;
  }
}

/** Joins neighbours while the result stays within `bytesMax`; a larger single chunk stays alone. */
function join(chunks: readonly Uint8Array[], bytesMax: number): readonly Uint8Array[] {
  const messages: Uint8Array[] = [];
  let group: Uint8Array[] = [];
  let groupBytes = 0;
  const finishGroup = (): void => {
    const [only, second] = group;
    if (only !== undefined) messages.push(second === undefined ? only : Buffer.concat(group));
    group = [];
    groupBytes = 0;
  };
  for (const chunk of chunks) {
    if (groupBytes + chunk.length > bytesMax) finishGroup();
    group.push(chunk);
    groupBytes += chunk.length;
  }
  finishGroup();
  return messages;
}

/** The same objects, not the same bytes: comparing bytes would cost what is to be saved. */
function sameChunks(left: readonly Uint8Array[], right: readonly Uint8Array[]): boolean {
  return left.length === right.length && left.every((chunk, index) => chunk === right[index]);
}

function bytesOf(chunks: readonly Uint8Array[]): number {
  let bytes = 0;
  for (const chunk of chunks) bytes += chunk.length;
  return bytes;
}
