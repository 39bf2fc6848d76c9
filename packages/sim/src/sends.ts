import type { LinkId, Priority } from '@hearsay/core';
import type { LinkEnd } from './network/link-end.js';

interface Turn {
  readonly control: Uint8Array[];
  readonly bulk: Uint8Array[];
}

/** What one turn sends, joined into transport messages as a runtime does: control before bulk. */
export class Sends {
  readonly #messageBytesMax: number;
  readonly #turns = new Map<LinkId, Turn>();

  constructor(messageBytesMax: number) {
    this.#messageBytesMax = messageBytesMax;
  }

  get isEmpty(): boolean {
    return this.#turns.size === 0;
  }

  push(link: LinkId, bytes: Uint8Array, priority: Priority): void {
    let turn = this.#turns.get(link);
    if (turn === undefined) {
      turn = { control: [], bulk: [] };
      this.#turns.set(link, turn);
    }
    turn[priority === 'control' ? 'control' : 'bulk'].push(bytes);
  }

  /** Links with something to send, in the order in which the engine first used them. */
  links(): LinkId[] {
    return [...this.#turns.keys()];
  }

  flush(link: LinkId, end: LinkEnd): void {
    const turn = this.#turns.get(link);
    if (turn === undefined) return;
    this.#turns.delete(link);
    if (end.idle) {
      const priority = turn.bulk.length > 0 ? 'bulk' : 'control';
      this.#send(end, [...turn.control, ...turn.bulk], priority);
    } else {
      this.#send(end, turn.control, 'control');
      this.#send(end, turn.bulk, 'bulk');
    }
  }

  clear(): void {
    this.#turns.clear();
  }

  #send(end: LinkEnd, frames: readonly Uint8Array[], priority: Priority): void {
    let first = 0;
    while (first < frames.length) {
      let past = first;
      let size = 0;
      do {
        size += frames[past]?.length ?? 0;
        past += 1;
      } while (past < frames.length && size + (frames[past]?.length ?? 0) <= this.#messageBytesMax);
      end.send(join(frames.slice(first, past), size), priority, past - first);
      first = past;
    }
  }
}

/** Always a copy: nothing but bytes goes from one peer to another. */
function join(parts: readonly Uint8Array[], size: number): Uint8Array {
  const joined = new Uint8Array(size);
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}
