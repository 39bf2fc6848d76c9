import type { StreamId } from '../ids.js';
import { StreamLog } from './stream-log.js';

/** The streams of a log, up to a bound. Of each one beyond it is told once that there is no room. */
export class Streams {
  readonly #streams = new Map<StreamId, StreamLog>();
  readonly #turnedAway = new Set<StreamId>();
  readonly #max: number;
  readonly #tell: (stream: StreamId) => void;

  constructor(max: number, tell: (stream: StreamId) => void) {
    this.#max = max;
    this.#tell = tell;
  }

  get(id: StreamId): StreamLog | undefined {
    return this.#streams.get(id);
  }

  all(): Iterable<StreamLog> {
    return this.#streams.values();
  }

  set(stream: StreamLog): void {
    this.#streams.set(stream.id, stream);
  }

  /** Whether messages of a stream can be kept. */
  hasRoomFor(id: StreamId): boolean {
    return this.#streams.has(id) || this.#streams.size < this.#max;
  }

  /** The stream, made if need be; undefined when there is no room for it. */
  obtain(id: StreamId): StreamLog | undefined {
    if (this.isWaived(id)) return undefined;
    const stream = this.#streams.get(id) ?? new StreamLog(id);
    this.#streams.set(id, stream);
    return stream;
  }

  /** Nobody can wait here for messages of a stream that has no room. */
  readonly isWaived = (id: StreamId): boolean => {
    if (this.hasRoomFor(id)) return false;
    if (!this.#turnedAway.has(id) && this.#turnedAway.size < this.#max) {
      this.#turnedAway.add(id);
      this.#tell(id);
    }
    return true;
  };
}
