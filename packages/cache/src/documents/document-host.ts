import type { PeerId } from '@hearsay/core';
import type { Peer, PeerPort } from '@hearsay/node';
import type { Awareness } from 'y-protocols/awareness';
import type * as Y from 'yjs';
import type { RefusalReason } from '../y-websocket/close-codes.js';
import { splitAwareness } from './awareness-states.js';
import type { DiskShelf } from './disk-shelf.js';
import { DocumentError } from './errors.js';
import { type DocumentLimits, PIECE_BYTES_MAX } from './limits.js';
import { type LiveDocument, MeshOrigin } from './live-document.js';
import { Pacer } from './pacer.js';
import { encodePost } from './posts.js';
import { Presence } from './presence.js';
import { type ReplicationCounters, Replicator } from './replicator.js';
import { MemoryShelf } from './shelf.js';
import { UpdateRate } from './update-rate.js';

/** The port of a peer on which documents are replicated. */
const DOCUMENTS_PORT = 2;

/** What the documents of a peer need. */
export interface DocumentsParts {
  readonly peer: Pick<Peer, 'id' | 'open' | 'on' | 'members'>;
  readonly limits: DocumentLimits;
  /** Random, of this opening. */
  readonly session: number;
  /** Undefined: what is not in memory is kept in memory too, as one state each. */
  readonly disk: DiskShelf | undefined;
}

/** A document in use: it stays in memory until it is closed. */
export interface DocumentHandle {
  readonly key: string;
  /** Edit it, observe it, bind an editor to it; the mesh does the rest. */
  readonly doc: Y.Doc;
  /** Cursors and names of all that have it open, at any peer. */
  readonly awareness: Awareness;
  /** Lets go of it. Idempotent. */
  close(): void;
}

/** How the documents of a peer stand. */
export interface DocumentsStatus extends Readonly<ReplicationCounters> {
  readonly documents: number;
  /** Of them, those in which nothing is left, and that are not in memory. */
  readonly blank: number;
  readonly loaded: number;
  /** What those in memory take as one update each, or less. */
  readonly bytes: number;
  /** Edits made here, by the program or by clients of this peer. */
  readonly updatesHere: number;
  readonly updatesFromPeers: number;
  /** Both, in a second, over the last ten. */
  readonly updatesPerSecond: number;
  /** Documents that are being pulled, or wait for that. */
  readonly pulling: number;
  /** Updates that wait behind holes. */
  readonly held: number;
  /** The last thing that could not be read or written, if any. */
  readonly diskTrouble: string | undefined;
}

/** How the documents of a peer stand, with those who have them open over the network. */
export interface DocumentsSummary extends DocumentsStatus {
  /** Yjs clients that are connected to this peer. */
  readonly clients: number;
  /** Clients that were sent away so far, by the reason. */
  readonly refused: Readonly<Record<RefusalReason, number>>;
}

/** One document, as a list shows it. */
export interface DocumentFacts {
  readonly key: string;
  /** What it takes as one update, or less; undefined while it is not in memory. */
  readonly bytes: number | undefined;
  /** Clients of this peer and handles that have it open. */
  readonly users: number;
}

/** Something that sends what happens in documents on: the clients of this peer. */
export interface Outlet {
  /** There is nothing to send, or it has been handed on. */
  flush(): void;
}

/** A document in memory with those who look at it. */
export interface OpenDocument {
  readonly live: LiveDocument;
  readonly presence: Presence;
  /** Clients whose cursors and names the neighbours have not heard of yet. */
  readonly dirtyStates: Set<number>;
  /** Handles of applications; they share what is said of this peer. */
  handles: number;
}

const TICK_MS = 1_000;
/** A peer that is gone may only have lost its link, and its clients may be dialling us. */
const PRESENCE_GRACE_MS = 5_000;

/** The documents of one peer: ties replication to a port, a disk, timers and those who use them. */
export class DocumentHost {
  readonly limits: DocumentLimits;
  readonly #peer: DocumentsParts['peer'];
  readonly #replicator: Replicator;
  readonly #port: PeerPort;
  readonly #disk: DiskShelf | undefined;
  readonly #open = new Map<LiveDocument, OpenDocument>();
  readonly #outlets = new Set<Outlet>();
  readonly #pacer = new Pacer(() => this.#flush());
  /** A replica must not call its peer while that is at work, so posts leave right after it. */
  readonly #posts: { readonly bytes: Uint8Array; readonly to: PeerId | undefined }[] = [];
  readonly #gone = new Map<PeerId, NodeJS.Timeout>();
  readonly #forget: () => void;
  readonly #timer: NodeJS.Timeout;
  readonly #rate = new UpdateRate();
  #updatesHere = 0;
  #updatesFromPeers = 0;
  #trouble: string | undefined;
  #closing: Promise<void> | undefined;

  constructor({ peer, limits, session, disk }: DocumentsParts) {
    this.limits = limits;
    this.#peer = peer;
    this.#disk = disk;
    this.#replicator = new Replicator({
      self: peer.id,
      shelf: disk ?? new MemoryShelf(),
      limits,
      session,
      post: (bytes, to) => this.#post(bytes, to),
      readMs: () => performance.now(),
      wallMs: () => Date.now(),
      onLoaded: (live) => this.#loaded(live),
      onUnloading: (live) => this.#open.delete(live),
      onDirty: () => this.#pacer.request(),
    });
    const awareness = {
      received: (from: PeerId, key: string, states: Uint8Array) => {
        this.#peek(key)?.presence.apply(states, new MeshOrigin(from), true);
      },
      queried: (from: PeerId, key: string) => {
        const open = this.#peek(key);
        if (open !== undefined) this.#postStates(open, open.presence.ownClients(), from);
      },
    };
    this.#port = peer.open(DOCUMENTS_PORT, {
      replica: this.#replicator.replica,
      received: (from, bytes) => this.#replicator.received(from, bytes, awareness),
    });
    this.#forget = peer.on('link', ({ id, up }) => (up ? this.#linkUp(id) : this.#linkDown(id)));
    for (const { id, link } of peer.members()) if (link !== 'none') this.#linkUp(id);
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
    this.#timer.unref(); // What keeps a process alive is its peer.
  }

  get status(): DocumentsStatus {
    const { counters, documents, held, pulling } = this.#replicator;
    const { size, blank, loaded } = documents;
    return {
      ...counters,
      documents: size,
      blank,
      loaded,
      bytes: documents.live().reduce((sum, { bytesAtMost }) => sum + bytesAtMost, 0),
      updatesHere: this.#updatesHere,
      updatesFromPeers: this.#updatesFromPeers,
      updatesPerSecond: this.#rate.perSecond,
      pulling,
      held,
      diskTrouble: this.#trouble,
    };
  }

  /** Those that hold something or are open, sorted. @throws DocumentError `disk-failed` */
  keys(): readonly string[] {
    return [...this.#replicator.documents.keys(performance.now())].sort();
  }

  facts(key: string): DocumentFacts {
    const live = this.#replicator.documents.peek(key);
    return { key, bytes: live?.bytesAtMost, users: live?.users ?? 0 };
  }

  /**
   * Deletes all that is in a document as it is here.
   * @returns whether there was anything
   * @throws DocumentError `bad-key`, `too-many-documents`, `disk-failed`, `closed`
   */
  delete(key: string): boolean {
    this.#checkOpen();
    if (!this.#replicator.documents.has(key)) return false;
    const live = this.#replicator.load(key);
    if (live.isBlank) return false;
    live.clear();
    return true;
  }

  /**
   * Brings a document into memory, until as many times released.
   * @throws DocumentError `bad-key`, `too-many-documents`, `disk-failed`, `closed`
   */
  use(key: string): OpenDocument {
    this.#checkOpen();
    const live = this.#replicator.load(key);
    const open = this.#open.get(live);
    if (open === undefined) throw new Error(`${key} was loaded and is not open`);
    live.users += 1;
    // Nobody here looked at it so far, so nobody's cursor was kept.
    if (live.users === 1) this.#post(encodePost({ kind: 'query', key }), undefined);
    return open;
  }

  release({ live }: OpenDocument): void {
    live.users -= 1;
    live.usedMs = performance.now();
  }

  /** @throws DocumentError as `use` */
  handle(key: string): DocumentHandle {
    const open = this.use(key);
    const { doc } = open.live;
    const { awareness } = open.presence;
    open.handles += 1;
    let isOpen = true;
    const close = (): void => {
      if (!isOpen) return;
      isOpen = false;
      open.handles -= 1;
      if (open.handles === 0) awareness.setLocalState(null);
      this.release(open);
    };
    return { key, doc, awareness, close };
  }

  /** Has somebody told of each flush. */
  addOutlet(outlet: Outlet): () => void {
    this.#outlets.add(outlet);
    return () => void this.#outlets.delete(outlet);
  }

  /** There is something to send. */
  requestFlush(): void {
    this.#pacer.request();
  }

  /** Tells what could not be read or written. */
  report(error: DocumentError): void {
    this.#trouble = error.message;
  }

  /** Resolves when all edits so far are as safe as the durability promises; without a folder, at once. */
  async stored(): Promise<void> {
    await this.#disk?.stored();
  }

  /** Posts, keeps and closes everything. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    clearInterval(this.#timer);
    this.#forget();
    for (const timer of this.#gone.values()) clearTimeout(timer);
    this.#pacer.flush();
    this.#flush();
    for (const { key } of this.#replicator.documents.live()) this.#replicator.documents.unload(key);
    this.#drain();
    this.#port.close();
    await this.#disk?.close();
  }

  #checkOpen(): void {
    if (this.#closing !== undefined) throw new DocumentError('closed', 'the documents are closed');
  }

  #loaded(live: LiveDocument): void {
    live.doc.on('update', (_update: Uint8Array, origin: unknown) => {
      this.#rate.add();
      if (origin instanceof MeshOrigin) this.#updatesFromPeers += 1;
      else this.#updatesHere += 1;
    });
    const presence = new Presence(live, this.limits);
    const open: OpenDocument = { live, presence, dirtyStates: new Set(), handles: 0 };
    this.#open.set(live, open);
    presence.listen((clients, origin) => {
      if (!(origin instanceof MeshOrigin))
        for (const client of clients) open.dirtyStates.add(client);
      this.#pacer.request();
    });
  }

  #peek(key: string): OpenDocument | undefined {
    const live = this.#replicator.documents.peek(key);
    return live === undefined || live.users === 0 ? undefined : this.#open.get(live);
  }

  #flush(): void {
    this.#replicator.flush();
    for (const outlet of this.#outlets) outlet.flush();
    for (const open of this.#open.values()) {
      if (open.dirtyStates.size === 0) continue;
      const clients = [...open.dirtyStates];
      open.dirtyStates.clear();
      this.#postStates(open, clients, undefined);
    }
    this.#disk?.write();
  }

  #postStates({ live, presence }: OpenDocument, clients: Iterable<number>, to?: PeerId): void {
    for (const states of splitAwareness(presence.entries(clients), PIECE_BYTES_MAX)) {
      this.#post(encodePost({ kind: 'awareness', key: live.key, states }), to);
    }
  }

  #post(bytes: Uint8Array, to: PeerId | undefined): void {
    this.#posts.push({ bytes, to });
    if (this.#posts.length === 1) queueMicrotask(() => this.#drain());
  }

  #drain(): void {
    for (const { bytes, to } of this.#posts.splice(0)) {
      try {
        this.#port.post(bytes, to === undefined ? {} : { to });
      } catch {
        return; // The peer is closed: nobody hears us any more.
      }
    }
  }

  #tick(): void {
    this.#replicator.seen(this.#aliveMembers());
    this.#replicator.tick();
    for (const { presence } of this.#open.values()) presence.tick(Date.now());
    this.#rate.tick();
    this.#disk?.sync();
  }

  /** Not of those that are linked: they are seen anyway. */
  #aliveMembers(): readonly PeerId[] {
    const alive = this.#peer.members().filter(({ state, self }) => state === 'alive' && !self);
    return alive.map(({ id }) => id);
  }

  #linkUp(peer: PeerId): void {
    this.#replicator.linkUp(peer);
    clearTimeout(this.#gone.get(peer));
    this.#gone.delete(peer);
    for (const open of this.#open.values()) {
      this.#postStates(open, open.presence.ownClients(), peer);
      if (open.live.users > 0) this.#post(encodePost({ kind: 'query', key: open.live.key }), peer);
    }
  }

  #linkDown(peer: PeerId): void {
    this.#replicator.peerDown(peer);
    clearTimeout(this.#gone.get(peer));
    const timer = setTimeout(() => {
      this.#gone.delete(peer);
      for (const { presence } of this.#open.values()) {
        presence.leave((source) => source instanceof MeshOrigin && source.peer === peer);
      }
    }, PRESENCE_GRACE_MS);
    timer.unref();
    this.#gone.set(peer, timer);
  }
}
