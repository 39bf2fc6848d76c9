interface Patience {
  readonly waitMs: number;
  readonly signal: AbortSignal | undefined;
}

/** Listeners of one kind of event. */
export class Listeners<Event> {
  readonly #listeners = new Set<(event: Event) => void>();

  get size(): number {
    return this.#listeners.size;
  }

  /** @returns stops listening */
  add(listener: (event: Event) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * The next event that is wanted.
   * @returns undefined when none came in time
   * @throws the signal's reason
   */
  next(isWanted: (event: Event) => boolean, patience: Patience): Promise<Event | undefined> {
    const { waitMs, signal } = patience;
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const end = (finish: () => void): void => {
        clearTimeout(timer);
        stop();
        signal?.removeEventListener('abort', abort);
        finish();
      };
      const abort = (): void => end(() => reject(signal?.reason));
      const timer = setTimeout(() => end(() => resolve(undefined)), Math.max(1, waitMs));
      const stop = this.add((event) => {
        if (isWanted(event)) end(() => resolve(event));
      });
      signal?.addEventListener('abort', abort, { once: true });
    });
  }

  /** An error of a listener surfaces as an uncaught exception, and harms nobody else. */
  emit(event: Event): void {
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}
