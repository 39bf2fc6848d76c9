import type { PeerId, Replica } from '@hearsay/core';
import type { Program, ProgramHost } from '@hearsay/sim';
import type { Doc } from 'yjs';
import { DEFAULT_DOCUMENT_LIMITS } from '../../src/documents/limits.js';
import { Replicator } from '../../src/documents/replicator.js';
import { SimulatedShelf } from './simulated-shelf.js';

const TICK_MS = 1_000;

/** The replication of documents as a program of a simulated peer, without clients and cursors. */
export class DocumentsProgram implements Program {
  readonly replicator: Replicator;
  readonly #host: ProgramHost;
  readonly #posts: { readonly bytes: Uint8Array; readonly to: PeerId | undefined }[] = [];
  #tickMs = 0;

  constructor(host: ProgramHost) {
    this.#host = host;
    this.replicator = new Replicator({
      self: host.peer,
      shelf: new SimulatedShelf(host.disk),
      limits: DEFAULT_DOCUMENT_LIMITS,
      session: host.random.next(),
      post: (bytes, to) => {
        this.#posts.push({ bytes, to });
        this.#soon();
      },
      readMs: () => host.now().monotonicMs,
      wallMs: () => host.now().wallMs,
      onLoaded: () => undefined,
      onUnloading: () => undefined,
      onDirty: () => this.#soon(),
    });
    this.#soon();
  }

  get replica(): Replica {
    return this.replicator.replica;
  }

  doc(key: string): Doc {
    return this.replicator.load(key).doc;
  }

  received(from: PeerId, bytes: Uint8Array): void {
    const noCursors = { received: () => undefined, queried: () => undefined };
    this.replicator.received(from, bytes, noCursors);
  }

  happened(event: Parameters<NonNullable<Program['happened']>>[0]): void {
    if (event.kind === 'link-up') this.replicator.linkUp(event.peer);
    if (event.kind === 'link-down') this.replicator.peerDown(event.peer);
  }

  wake(): void {
    const nowMs = this.#host.now().monotonicMs;
    this.replicator.flush();
    if (nowMs >= this.#tickMs) {
      this.#tickMs = nowMs + TICK_MS;
      this.replicator.tick();
    }
    for (const { bytes, to } of this.#posts.splice(0)) {
      this.#host.post(bytes, to === undefined ? {} : { to });
    }
    this.#host.wakeAt(this.#tickMs);
  }

  #soon(): void {
    this.#host.wakeAt(this.#host.now().monotonicMs);
  }
}
