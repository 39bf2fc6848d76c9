import { describe, expect, it } from 'vitest';
import { createStore, set, stream } from '../support/store.js';

/** The cache of the tutorials: a version counter a key, and whatever is not newer is ignored. */
class VersionedCache {
  readonly #entries = new Map<string, { value: string; version: number }>();
  read = (key: string): string | undefined => this.#entries.get(key)?.value;
  set(key: string, value: string): { key: string; value: string; version: number } {
    const update = { key, value, version: (this.#entries.get(key)?.version ?? 0) + 1 };
    this.receive(update);
    return update;
  }
  receive({ key, value, version }: { key: string; value: string; version: number }): void {
    if (version > (this.#entries.get(key)?.version ?? 0))
      this.#entries.set(key, { value, version });
  }
}

describe('two peers that set one key at the same time', () => {
  it('differ for ever when a counter of versions decides', () => {
    const [left, right] = [new VersionedCache(), new VersionedCache()];
    const [fromLeft, fromRight] = [left.set('k', 'left'), right.set('k', 'right')];
    for (const update of [fromLeft, fromRight, fromLeft]) {
      left.receive(update);
      right.receive(update);
    }
    expect([left.read('k'), right.read('k')]).toEqual(['left', 'right']);
  });

  it('agree when the time and the origin decide', () => {
    const [left, right] = [createStore(), createStore()];
    const [fromLeft, fromRight] = [set('k', 'left', 1_000), set('k', 'right', 1_000)];
    left.apply(stream(1), 1, fromLeft, 1_000);
    right.apply(stream(2), 1, fromRight, 1_000);
    left.apply(stream(2), 1, fromRight, 1_000);
    right.apply(stream(1), 1, fromLeft, 1_000);
    expect([left.read('k', 1_000), right.read('k', 1_000)]).toEqual(['right', 'right']);
  });
});
