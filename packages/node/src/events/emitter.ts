import type { PeerEventName, PeerEvents } from '../api.js';
import { surface } from './surface.js';

type Listener<Name extends PeerEventName> = (event: PeerEvents[Name]) => void;
type Listeners = { [Name in PeerEventName]?: Set<Listener<Name>> };

/**
 * Typed events. Until `release` is called they wait, so that whoever has just made a peer can add
 * listeners before the first one comes.
 */
export class Emitter {
  readonly #listeners: Listeners = {};
  #held: (() => void)[] | undefined = [];

  /** @returns a function that removes the listener */
  on<Name extends PeerEventName>(name: Name, listener: Listener<Name>): () => void {
    const listeners = this.#listenersOf(name);
    // A wrapper of its own: the same function may listen twice, and each removal takes one.
    const own: Listener<Name> = (event) => listener(event);
    listeners.add(own);
    return () => listeners.delete(own);
  }

  /** True when an event would reach somebody, or may once it is released. */
  has(name: PeerEventName): boolean {
    return this.#held !== undefined || (this.#listeners[name]?.size ?? 0) > 0;
  }

  emit<Name extends PeerEventName>(name: Name, event: PeerEvents[Name]): void {
    if (this.#held !== undefined) {
      this.#held.push(() => this.emit(name, event));
      return;
    }
    for (const listener of [...this.#listenersOf(name)]) callSafely(listener, event);
  }

  /** Sends what waited; from now on events come at once. Idempotent. */
  release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const send of held) send();
  }

  #listenersOf<Name extends PeerEventName>(name: Name): Set<Listener<Name>> {
    const known: Set<Listener<Name>> | undefined = this.#listeners[name];
    if (known !== undefined) return known;
    const listeners = new Set<Listener<Name>>();
    Object.assign(this.#listeners, { [name]: listeners });
    return listeners;
  }
}

function callSafely<Event>(listener: (event: Event) => void, event: Event): void {
  try {
    listener(event);
  } catch (error) {
    surface(error);
  }
}
