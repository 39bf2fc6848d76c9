import {
  applyKeyChange,
  initialKeyState,
  type KeyChange,
  type KeyOutcome,
  type KeyState,
  mergeKeyStates,
  primaryKey,
} from './key-state.js';
import type { Keyring } from './keyring.js';
import { type KeyId, keyIdOf, newNetworkKey } from './network-key.js';

/** Keeps a state; resolves with it, merged with what others kept at the same place. */
export type SaveKeys = (state: KeyState) => Promise<KeyState>;

interface KeysNotice {
  readonly code: 'network-rights';
  readonly message: string;
}

/** The keys of a network that a peer runs in. */
export class NetworkKeys implements Keyring {
  /** What a person should know about how they were found; each a line. */
  readonly notices: readonly KeysNotice[];
  readonly #save: SaveKeys | undefined;
  readonly #listeners = new Set<() => void>();
  #state: KeyState;
  #primary: Uint8Array;
  /** Writes follow each other, so that the last state is the last one on disk. */
  #saving: Promise<unknown> = Promise.resolve();

  /** @param save undefined: the keys are forgotten with the process */
  constructor(state: KeyState, save?: SaveKeys, notices: readonly KeysNotice[] = []) {
    this.notices = notices;
    this.#state = state;
    this.#primary = primaryKey(state);
    this.#save = save;
  }

  /** Keys that live as long as the process, for tests and for programs that keep them elsewhere. */
  static of(key: Uint8Array = newNetworkKey()): NetworkKeys {
    return new NetworkKeys(initialKeyState(key));
  }

  get primary(): Uint8Array {
    return this.#primary;
  }

  get all(): readonly Uint8Array[] {
    const others = this.#state.keys.filter((key) => key !== this.#primary);
    return [this.#primary, ...others];
  }

  /** Of all keys, the primary first. */
  get ids(): readonly KeyId[] {
    return this.all.map(keyIdOf);
  }

  /** Of what we dial with. */
  get primaryId(): KeyId {
    return keyIdOf(this.#primary);
  }

  /** True for a key that was here and was removed. */
  wasRemoved(id: KeyId): boolean {
    return this.#state.removed.includes(id);
  }

  keyOf(id: KeyId): Uint8Array | undefined {
    return this.#state.keys.find((key) => keyIdOf(key) === id);
  }

  /** Takes a change over at once. @returns what became of it; `saved` settles when it is on disk */
  change(change: KeyChange): { readonly outcome: KeyOutcome; readonly saved: Promise<void> } {
    const { state, outcome } = applyKeyChange(this.#state, change);
    if (state === this.#state) return { outcome, saved: Promise.resolve() };
    const tell = this.#take(state);
    const saved = this.#keep();
    tell(); // Who waits for `settled` then waits for this change too.
    return { outcome, saved };
  }

  /** Resolves when everything is on disk that will be. */
  async settled(): Promise<void> {
    await this.#saving.catch(() => undefined); // Told to whoever asked for that write.
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** @returns what tells the listeners, if there is something to tell */
  #take(state: KeyState): () => void {
    const before = this.ids.join();
    this.#state = state;
    this.#primary = primaryKey(state);
    const changed = this.ids.join() !== before;
    return () => {
      if (changed) for (const listener of this.#listeners) listener();
    };
  }

  #keep(): Promise<void> {
    const save = this.#save;
    if (save === undefined) return Promise.resolve();
    const before = this.#saving.catch(() => undefined); // Told to whoever asked for that write.
    const saving = before.then(async () => {
      const kept = await save(this.#state);
      this.#take(mergeKeyStates(this.#state, kept))();
    });
    this.#saving = saving;
    return saving;
  }
}
