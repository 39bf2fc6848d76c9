import { Awareness, applyAwarenessUpdate, removeAwarenessStates } from 'y-protocols/awareness';
import {
  type AwarenessEntry,
  decodeAwareness,
  encodeAwareness,
  isGone,
} from './awareness-states.js';
import type { DocumentLimits } from './limits.js';
import { type LiveDocument, MeshOrigin } from './live-document.js';

/** What an `update` event of an Awareness tells. */
interface AwarenessChange {
  readonly added: readonly number[];
  readonly updated: readonly number[];
  readonly removed: readonly number[];
}

/** Told which clients changed, and by whom: a client, a neighbour, or `local`. */
export type PresenceListener = (clients: readonly number[], origin: unknown) => void;

/** A client gone this long is forgotten; a late word of it would bring it back for half a minute. */
const FORGET_AFTER_MS = 300_000;

/**
 * Who looks at a document, and where: cursors and names. Ids and names are what clients say of
 * themselves, unproven. Each state has a source: the client or the neighbour that brought it last;
 * when that is gone, so is the state.
 */
export class Presence {
  readonly awareness: Awareness;
  readonly #limits: DocumentLimits;
  readonly #sources = new Map<number, unknown>();
  readonly #listeners = new Set<PresenceListener>();

  constructor({ doc }: LiveDocument, limits: DocumentLimits) {
    this.#limits = limits;
    this.awareness = new Awareness(doc);
    this.awareness.setLocalState(null); // A peer has no cursor; an application of its own may.
    this.awareness.on('update', ({ added, updated, removed }: AwarenessChange, origin: unknown) => {
      for (const client of [...added, ...updated]) this.#sources.set(client, origin);
      for (const client of removed) this.#sources.delete(client);
      this.#tell([...added, ...updated, ...removed], origin);
    });
  }

  listen(listener: PresenceListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /**
   * Takes over what somebody says.
   * @param isOwn what it says is of itself: then it becomes the source of states that are here from
   *   elsewhere, too. Stock clients begin with their own, and later repeat what they heard of others.
   * @returns what that one has to be told for its own states to be seen again: it was thought gone
   * @throws HearsayError `malformed`
   */
  apply(bytes: Uint8Array, origin: unknown, isOwn: boolean): readonly AwarenessEntry[] {
    const entries = decodeAwareness(bytes).filter((entry) => this.#isWelcome(entry));
    const returned = entries.filter((entry) => this.#isBack(entry));
    const moved = entries
      .filter((entry) => isOwn && this.#isHeldAsIs(entry))
      .map(({ client }) => client);
    for (const client of moved) this.#sources.set(client, origin);
    applyAwarenessUpdate(this.awareness, encodeAwareness(entries), origin);
    // Others must learn who keeps it up now, or they take it away when its old source ends.
    if (moved.length > 0 && !(origin instanceof MeshOrigin)) this.#tell(moved, origin);
    return returned.map(({ client, clock }) => ({ client, clock, state: 'null' }));
  }

  /** Takes away what a source brought that is gone. */
  leave(isSource: (source: unknown) => boolean): void {
    const gone = [...this.#sources].filter(([, source]) => isSource(source));
    removeAwarenessStates(
      this.awareness,
      gone.map(([client]) => client),
      'left',
    );
  }

  /** The states of these clients, present or gone, as they travel. */
  entries(clients: Iterable<number>): readonly AwarenessEntry[] {
    const { meta, states } = this.awareness;
    return [...clients].flatMap((client) => {
      const clock = meta.get(client)?.clock;
      if (clock === undefined) return [];
      return [{ client, clock, state: JSON.stringify(states.get(client) ?? null) }];
    });
  }

  /** All that are present. */
  present(): Iterable<number> {
    return this.awareness.getStates().keys();
  }

  /** Those that are present and were not brought by a neighbour. */
  ownClients(): readonly number[] {
    return [...this.present()].filter((client) => {
      return !(this.#sources.get(client) instanceof MeshOrigin);
    });
  }

  /** Forgets those that are long gone: the library never does. @param nowMs by the clock on the wall */
  tick(nowMs: number): void {
    const { meta, states, clientID } = this.awareness;
    for (const [client, { lastUpdated }] of meta) {
      const isGoneLong = !states.has(client) && nowMs - lastUpdated >= FORGET_AFTER_MS;
      if (isGoneLong && client !== clientID) meta.delete(client);
    }
  }

  #isWelcome(entry: AwarenessEntry): boolean {
    const { meta, states } = this.awareness;
    const { awarenessStateBytesMax, awarenessStatesMax } = this.#limits;
    if (entry.state.length > awarenessStateBytesMax) return false;
    if (isGone(entry)) return meta.has(entry.client);
    const isRoom = states.size < awarenessStatesMax && meta.size < 2 * awarenessStatesMax;
    return isRoom || states.has(entry.client);
  }

  /** It was taken away here, and its client does not know: only a higher clock shows it again. */
  #isBack(entry: AwarenessEntry): boolean {
    const { meta, states } = this.awareness;
    const known = meta.get(entry.client);
    if (known === undefined || isGone(entry) || states.has(entry.client)) return false;
    return entry.clock <= known.clock;
  }

  #isHeldAsIs(entry: AwarenessEntry): boolean {
    const { clientID, meta, states } = this.awareness;
    if (isGone(entry) || entry.client === clientID || !states.has(entry.client)) return false;
    return meta.get(entry.client)?.clock === entry.clock;
  }

  #tell(clients: readonly number[], origin: unknown): void {
    for (const listener of this.#listeners) listener(clients, origin);
  }
}
