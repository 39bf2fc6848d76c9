import type { StoreEvent } from '../store/types.js';
import { Listeners } from './emitter.js';

/** Listeners to changes of keys, each of those with a prefix: nothing need be made of other changes. */
export class KeyListeners {
  readonly #listeners = new Listeners<readonly StoreEvent[]>();
  readonly #prefixes = new Set<{ readonly prefix: string }>();

  /** @param listener may be told of keys without the prefix too. @returns stops listening */
  add(prefix: string, listener: (changes: readonly StoreEvent[]) => void): () => void {
    const entry = { prefix };
    this.#prefixes.add(entry);
    const stop = this.#listeners.add(listener);
    return () => {
      this.#prefixes.delete(entry);
      stop();
    };
  }

  /** Whether anybody listens to changes of this key. */
  want(key: string): boolean {
    for (const { prefix } of this.#prefixes) if (key.startsWith(prefix)) return true;
    return false;
  }

  emit(changes: readonly StoreEvent[]): void {
    this.#listeners.emit(changes);
  }
}
