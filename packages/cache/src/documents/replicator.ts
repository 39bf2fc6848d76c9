import { HearsayError, type PeerId, type Replica } from '@hearsay/core';
import * as Y from 'yjs';
import { Answers } from './answers.js';
import { BLANK_DIGEST, EMPTY_DIGEST, sameDigest } from './digest.js';
import { DocumentSet } from './document-set.js';
import { DocumentError } from './errors.js';
import { type HeldTotal, InboundStream } from './inbound-stream.js';
import {
  type DocumentLimits,
  PIECE_BYTES_MAX,
  STREAMS_PER_DOCUMENT_MAX,
  TRACED_CLIENTS_MAX,
} from './limits.js';
import { type LiveDocument, MeshOrigin, SHELF_ORIGIN } from './live-document.js';
import {
  type AskPost,
  decodePost,
  encodePost,
  type PiecePost,
  STATE_VECTOR_BYTES_MAX,
  type UpdatePost,
} from './posts.js';
import { type Answered, Pulls } from './pulls.js';
import type { Shelf } from './shelf.js';
import { Standing } from './standing.js';
import { decodeStandingPost, encodeStandingPost, isStandingPost } from './standing-posts.js';
import { decodeDigests, encodeDifferences, encodeSummary } from './summary.js';

/** Cursors and names come and go by their own rules; the replicator only carries them. */
export interface AwarenessCarrier {
  received(from: PeerId, key: string, states: Uint8Array): void;
  queried(from: PeerId, key: string): void;
}

/** What replication needs. */
export interface ReplicatorOptions {
  readonly self: PeerId;
  readonly shelf: Shelf;
  readonly limits: DocumentLimits;
  /** Random, of this opening: whoever counts our posts begins anew with it. */
  readonly session: number;
  /** To everybody linked, or to one. */
  readonly post: (bytes: Uint8Array, to?: PeerId) => void;
  /** Monotonic. */
  readonly readMs: () => number;
  readonly wallMs: () => number;
  readonly onLoaded: (live: LiveDocument) => void;
  readonly onUnloading: (live: LiveDocument) => void;
  /** There is something to flush. */
  readonly onDirty: () => void;
}

/** What happened, as numbers that only grow. */
export interface ReplicationCounters {
  updatesPosted: number;
  updatesReceived: number;
  /** Updates that came after a hole and waited. */
  updatesHeld: number;
  /** Whole answers taken over. */
  pulled: number;
  /** Posts for documents that there is no room for. */
  ignored: number;
  /** Deleted documents of which every member knew. */
  forgotten: number;
  /** Documents that others had deleted and forgotten while this peer was away. */
  discarded: number;
}

/** A merge of more updates costs more than it saves: it grows with the square of their number. */
const MERGED_MAX = 64;
const EMPTY_STATE_VECTOR: Uint8Array = Uint8Array.of(0);

/**
 * Keeps the documents of a peer equal to those of its neighbours. Edits made here are posted once to
 * everybody; each peer posts only its own. Anti-entropy compares digests and finds what differs;
 * what is missing, however that was found, is pulled with a state vector. No clock, no timer.
 */
export class Replicator {
  readonly documents: DocumentSet;
  readonly counters: ReplicationCounters = {
    updatesPosted: 0,
    updatesReceived: 0,
    updatesHeld: 0,
    pulled: 0,
    ignored: 0,
    forgotten: 0,
    discarded: 0,
  };
  readonly #options: ReplicatorOptions;
  readonly #streams = new Map<string, Map<PeerId, InboundStream>>();
  readonly #sequences = new Map<string, number>();
  readonly #dirty = new Set<LiveDocument>();
  readonly #held: HeldTotal = { bytes: 0 };
  readonly #pulls: Pulls;
  readonly #answers: Answers;
  readonly #standing: Standing;
  /** Posts of a document that is made anew are numbered behind those that were forgotten with it. */
  #numberedTo = 0;
  #summary: { readonly of: unknown; readonly bytes: Uint8Array } | undefined;

  constructor(options: ReplicatorOptions) {
    const { shelf, limits, session, readMs, wallMs } = options;
    this.#options = options;
    this.documents = new DocumentSet({
      shelf,
      limits,
      wallMs,
      onLoaded: (live) => this.#watch(live),
      onUnloading: (live) => {
        this.#post(live);
        options.onUnloading(live);
      },
      onChanged: () => options.onDirty(),
    });
    this.#standing = new Standing(
      {
        self: options.self,
        limits,
        session,
        readMs,
        wallMs,
        kept: shelf.standing,
        keep: (state) => shelf.keepStanding(state),
        post: (post, to) => options.post(encodeStandingPost(post), to),
        blankBefore: (ms) => this.documents.blankBefore(ms),
        bornBefore: (ms) => this.documents.bornBefore(ms),
        holdsContent: (key) => this.#holdsContent(key),
        trace: (key) => this.#trace(key),
        isKnown: (key, clients) => this.#isKnown(key, clients),
        forget: (key) => this.#remove(key, 'forgotten'),
        discard: (key) => this.#remove(key, 'discarded'),
      },
      this.documents.size > 0,
    );
    this.#answers = new Answers(limits, session);
    this.#pulls = new Pulls({
      limits,
      stateVector: (key) => this.#stateVector(key),
      ask: (peer, question) => options.post(encodePost({ kind: 'ask', ...question }), peer),
      answered: (peer, answer) => this.#answered(peer, answer),
    });
  }

  /** For anti-entropy: finds which documents differ, and has them pulled. */
  readonly replica: Replica = {
    summary: () => {
      const digests = this.documents.digests(this.#options.readMs());
      if (this.#summary?.of !== digests) {
        this.#summary = { of: digests, bytes: encodeSummary(digests) };
      }
      return this.#summary.bytes;
    },
    missing: (summary) =>
      encodeDifferences(this.documents.allDigests(this.#options.readMs()), summary),
    merge: (delta, from) => ({ added: from === undefined ? 0 : this.#compare(from, delta) }),
  };

  /** Updates that wait behind holes. */
  get held(): number {
    let count = 0;
    for (const streams of this.#streams.values()) {
      for (const stream of streams.values()) count += stream.held;
    }
    return count;
  }

  /** Pulls under way or waiting. */
  get pulling(): number {
    return this.#pulls.size;
  }

  /** Brings a document into memory. @throws DocumentError `bad-key`, `too-many-documents`, `disk-failed` */
  load(key: string): LiveDocument {
    return this.documents.load(key, this.#options.readMs());
  }

  /** A post of a neighbour. @throws HearsayError `malformed` */
  received(from: PeerId, bytes: Uint8Array, awareness: AwarenessCarrier): void {
    if (isStandingPost(bytes)) return this.#standing.received(from, decodeStandingPost(bytes));
    const post = decodePost(bytes);
    // What it holds may have been deleted here, and forgotten; or it has not said how it stands.
    if (!this.#standing.trusts(from)) return this.#standing.heard(from);
    switch (post.kind) {
      case 'update':
        return this.#update(from, post);
      case 'ask':
        return this.#ask(from, post);
      case 'piece':
        return this.#pulls.piece(from, post, this.#options.readMs());
      case 'awareness':
        return awareness.received(from, post.key, post.states);
      case 'query':
        return awareness.queried(from, post.key);
    }
  }

  /** Posts the edits made here since the last time. */
  flush(): void {
    for (const live of this.#dirty) this.#post(live);
    this.#dirty.clear();
  }

  /** Asks again what was not answered, and unloads what nobody uses; to be called about once a second. */
  tick(): void {
    const nowMs = this.#options.readMs();
    this.#pulls.tick(nowMs);
    this.#answers.tick(nowMs);
    this.#standing.tick();
    for (const [key, streams] of this.#streams) {
      for (const [peer, stream] of streams) if (stream.hasHole) this.#pulls.want(key, peer, nowMs);
    }
    this.documents.tick(nowMs);
  }

  linkUp(peer: PeerId): void {
    this.#standing.linkUp(peer);
  }

  /** Members of the mesh that are alive, whether they are neighbours or not. */
  seen(peers: Iterable<PeerId>): void {
    this.#standing.seen(peers);
  }

  peerDown(peer: PeerId): void {
    this.#standing.linkDown(peer);
    this.#pulls.peerDown(peer, this.#options.readMs());
    for (const [key, streams] of this.#streams) {
      streams.get(peer)?.clear();
      streams.delete(peer);
      if (streams.size === 0) this.#streams.delete(key);
    }
  }

  #watch(live: LiveDocument): void {
    live.doc.on('update', (update: Uint8Array, origin: unknown) => {
      if (origin instanceof MeshOrigin || origin === SHELF_ORIGIN) return;
      live.outgoing.push(update);
      this.#dirty.add(live);
    });
    this.#options.onLoaded(live);
  }

  #post(live: LiveDocument): void {
    const updates = live.outgoing.splice(0);
    for (let from = 0; from < updates.length; from += MERGED_MAX) {
      const some = updates.slice(from, from + MERGED_MAX);
      const [first] = some;
      if (first === undefined) return;
      const merged = some.length === 1 ? first : Y.mergeUpdates(some);
      const sequence = (this.#sequences.get(live.key) ?? this.#numberedTo) + 1;
      this.#sequences.set(live.key, sequence);
      this.counters.updatesPosted += 1;
      const update = merged.length > PIECE_BYTES_MAX ? new Uint8Array() : merged;
      const { session } = this.#options;
      this.#options.post(encodePost({ kind: 'update', key: live.key, session, sequence, update }));
    }
  }

  #update(from: PeerId, { key, session, sequence, update }: UpdatePost): void {
    this.counters.updatesReceived += 1;
    const live = this.#loadForPeer(key);
    const stream = live === undefined ? undefined : this.#streamOf(from, key, session);
    if (live === undefined || stream === undefined) return;
    const arrival = stream.arrive(sequence, update);
    if (arrival === 'old') return;
    if (arrival === 'held') this.counters.updatesHeld += 1;
    this.#advance(from, live, stream, arrival === 'next' ? update : undefined);
  }

  /** Applies what is next, and what waited for it; what stands in the way is pulled. */
  #advance(from: PeerId, live: LiveDocument, stream: InboundStream, first?: Uint8Array): void {
    for (let next = first ?? stream.take(); next !== undefined; next = stream.take()) {
      if (!live.apply(next, new MeshOrigin(from))) stream.block();
    }
    if (stream.hasHole) this.#pulls.want(live.key, from, this.#options.readMs());
  }

  #ask(from: PeerId, ask: AskPost): void {
    const { post, readMs } = this.#options;
    if (!this.documents.has(ask.key)) return;
    const live = this.#loadForPeer(ask.key);
    if (live === undefined) return;
    const make = (): { upTo: number; update: Uint8Array } => ({
      upTo: this.#sequences.get(ask.key) ?? this.#numberedTo,
      update: live.missing(ask.stateVector),
    });
    const piece: PiecePost = this.#answers.piece(ask, make, readMs());
    post(encodePost(piece), from);
  }

  #answered(from: PeerId, { key, session, upTo, update }: Answered): void {
    const live = this.#loadForPeer(key);
    if (live === undefined) return;
    this.counters.pulled += 1;
    // An answer that is incomplete would be so again at once: anti-entropy finds another one.
    live.apply(update, new MeshOrigin(from));
    const stream = this.#streamOf(from, key, session);
    if (stream === undefined) return;
    stream.caughtUp(upTo);
    this.#advance(from, live, stream);
  }

  /** @returns how many documents differ */
  #compare(from: PeerId, delta: Uint8Array): number {
    const nowMs = this.#options.readMs();
    const differing = decodeDigests(delta);
    if (!this.#standing.trusts(from)) {
      this.#standing.heard(from);
      return 0;
    }
    for (const { key, digest } of differing) {
      const ours = this.documents.digestOf(key, nowMs);
      if (sameDigest(ours, digest)) continue;
      // Of what is not here nothing need be deleted.
      if (sameDigest(ours, EMPTY_DIGEST) && sameDigest(digest, BLANK_DIGEST)) continue;
      this.#pulls.want(key, from, nowMs);
    }
    return 0;
  }

  #holdsContent(key: string): boolean {
    const digest = this.documents.digestOf(key, this.#options.readMs());
    return !sameDigest(digest, EMPTY_DIGEST) && !sameDigest(digest, BLANK_DIGEST);
  }

  #trace(key: string): { readonly key: string; readonly clients: readonly number[] } | undefined {
    const clients = this.#loadForPeer(key)?.clients(TRACED_CLIENTS_MAX);
    return clients === undefined ? undefined : { key, clients };
  }

  #isKnown(key: string, clients: readonly number[]): boolean {
    const ours = this.documents.has(key) ? this.#loadForPeer(key) : undefined;
    return ours !== undefined && clients.some((client) => ours.doc.store.clients.has(client));
  }

  #remove(key: string, why: 'forgotten' | 'discarded'): void {
    this.documents.remove(key);
    if (this.documents.has(key)) return;
    this.counters[why] += 1;
    for (const stream of this.#streams.get(key)?.values() ?? []) stream.clear();
    this.#streams.delete(key);
    this.#numberedTo = Math.max(this.#numberedTo, this.#sequences.get(key) ?? 0);
    this.#sequences.delete(key);
  }

  #stateVector(key: string): Uint8Array | undefined {
    const stateVector = this.#loadForPeer(key)?.stateVector;
    // Too many clients to name: then the whole document comes.
    return (stateVector?.length ?? 0) > STATE_VECTOR_BYTES_MAX ? EMPTY_STATE_VECTOR : stateVector;
  }

  /** A remote must not make us fail for want of room. */
  #loadForPeer(key: string): LiveDocument | undefined {
    try {
      return this.load(key);
    } catch (error) {
      if (!(error instanceof DocumentError)) throw error;
      if (error.code === 'bad-key') throw new HearsayError('malformed', error.message);
      this.counters.ignored += 1;
      return undefined;
    }
  }

  /** Undefined when too many peers post to the document: it is compared and pulled instead. */
  #streamOf(from: PeerId, key: string, session: number): InboundStream | undefined {
    const streams = this.#streams.get(key) ?? new Map<PeerId, InboundStream>();
    this.#streams.set(key, streams);
    const known = streams.get(from);
    if (known?.session === session) return known;
    known?.clear();
    if (known === undefined && streams.size >= STREAMS_PER_DOCUMENT_MAX) return undefined;
    const stream = new InboundStream(session, this.#options.limits, this.#held);
    streams.set(from, stream);
    return stream;
  }
}
