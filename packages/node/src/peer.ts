import {
  type Address,
  formatMessageId,
  type MessageId,
  type PeerId,
  type Port,
  type StatusView,
  type StreamId,
} from '@hearsay/core';
import type {
  Departure,
  Peer,
  PeerCounters,
  PeerDrills,
  PeerEventName,
  PeerEvents,
  PeerKeys,
  PeerLink,
  PeerMember,
  PeerMessage,
  PeerPort,
  PortHandlers,
  Publication,
} from './api.js';
import { directTopic } from './direct/direct-topic.js';
import { isReservedTopic } from './direct/reserved-topic.js';
import { PeerError, reasonOf } from './errors.js';
import type { PeerHttp } from './http/peer-http.js';
import { ownNick } from './member-meta.js';
import { countersOf, membersOf } from './peer-views.js';
import type { Runtime } from './runtime.js';
import { checkDialAddress } from './settings.js';

/** Where a peer listens. */
export interface Listening {
  readonly port: number;
  readonly address: Address;
  readonly http: PeerHttp;
}

const DEFAULT_FLUSH_MS = 2_000;

/** The public face of a runtime. */
export class RunningPeer implements Peer {
  readonly id: PeerId;
  readonly generation: number;
  readonly keys: PeerKeys;
  readonly drills: PeerDrills;
  readonly port: number;
  readonly url: string;
  readonly http: PeerHttp;
  readonly #runtime: Runtime;

  constructor(runtime: Runtime, { port, address, http }: Listening) {
    this.#runtime = runtime;
    this.id = runtime.identity.id;
    this.generation = runtime.identity.generation;
    this.port = port;
    this.http = http;
    this.url = `ws://${address}`;
    this.keys = keysOf(runtime);
    this.drills = drillsOf(runtime);
  }

  get nick(): string {
    return this.#runtime.ownMeta.nick;
  }

  publish(topic: string, payload: string | Uint8Array): Publication {
    if (isReservedTopic(topic)) {
      throw new PeerError('topic-reserved', 'topics that begin with @ are not for applications');
    }
    // A copy: the caller may use its buffer again, and the log keeps this one. Small ones share a slab.
    return this.#publish(
      topic,
      typeof payload === 'string' ? bytesOf(payload) : Buffer.from(payload),
    );
  }

  direct(to: PeerId, payload: string | Uint8Array): Publication {
    const box = this.#runtime.reserved.mail.close(to, bytesOf(payload));
    return this.#publish(directTopic(this.id, to), box);
  }

  subscribe(
    topic: string,
    options: { readonly signal?: AbortSignal; readonly history?: number } = {},
  ): AsyncIterable<PeerMessage> {
    this.#runtime.assertOpen();
    const { signal, history = 0 } = options;
    // Else what we said in this turn would come twice: from the history, and as new.
    if (!this.#runtime.host.running) this.#runtime.deliverOwn();
    return this.#runtime.inbox.subscribe(topic, {
      signal,
      history: history > 0 ? this.#runtime.engine.history(topic, history) : [],
      overlaps: this.#runtime.host.running,
    });
  }

  history(topic?: string, limit: number = Number.MAX_SAFE_INTEGER): readonly PeerMessage[] {
    const { engine, inbox } = this.#runtime;
    return engine
      .history(topic, limit)
      .map((message) => inbox.describe(message))
      .filter((message) => message !== undefined);
  }

  members(): readonly PeerMember[] {
    return membersOf(this.#runtime);
  }

  links(): readonly PeerLink[] {
    return this.#runtime.links.list().map((link) => ({
      peer: link.peer,
      direction: link.dialled ? 'out' : 'in',
      sentFrames: link.sentFrames,
      sentBytes: link.sentBytes,
      receivedFrames: link.receivedFrames,
      receivedBytes: link.receivedBytes,
      droppedFrames: link.droppedFrames,
      waitingBytes: link.waitingBytes,
      cut: link.muted,
      ...this.#runtime.engine.edges(link.id),
    }));
  }

  holdings(id: PeerId): ReadonlyMap<StreamId, number> | undefined {
    return this.#runtime.engine.holdings(id);
  }

  status(): StatusView {
    return this.#runtime.status();
  }

  counters(): Readonly<PeerCounters> {
    return countersOf(this.#runtime);
  }

  receipt(id: MessageId): { readonly held: number; readonly live: number } {
    return this.#runtime.engine.receipt(id);
  }

  stored(id: MessageId, options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    return this.#runtime.log.stored(id.sequence, options.signal);
  }

  held(
    id: MessageId,
    until: number,
    options: { readonly timeoutMs: number; readonly signal?: AbortSignal },
  ): Promise<number> {
    const count = (): number => this.receipt(id).held;
    return this.#runtime.waits.wait({
      ...options,
      ready: () => (count() >= until ? count() : undefined),
      missing: () => `held by ${count()} of ${until} others after ${options.timeoutMs} ms`,
    });
  }

  async synced(options: {
    readonly live?: number;
    readonly timeoutMs: number;
    readonly signal?: AbortSignal;
  }): Promise<void> {
    const { live: wanted = 1, timeoutMs, signal } = options;
    await this.#runtime.waits.wait({
      timeoutMs,
      signal,
      ready: () => {
        const { live, inSync, isolated } = this.status();
        return live >= wanted && inSync === live && !isolated ? true : undefined;
      },
      missing: () => {
        const { live, inSync } = this.status();
        return `${inSync} of ${live} others in sync after ${timeoutMs} ms, ${wanted} wanted`;
      },
    });
  }

  async drained(options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    await this.#runtime.drains.wait({
      ...options,
      ready: () => (this.#runtime.congested ? undefined : true),
      missing: () => 'not drained',
    });
  }

  open(port: Port, handlers: PortHandlers): PeerPort {
    return this.#runtime.ports.open(port, handlers);
  }

  join(address: string): void {
    this.#runtime.command({ kind: 'join', address: checkDialAddress(address) });
  }

  rename(nick: string): void {
    const { ownMeta, identity } = this.#runtime;
    const cleaned = ownNick(nick);
    ownMeta.rename(cleaned);
    identity.saveNick(cleaned).catch((error: unknown) => {
      this.#runtime.warn('profile-unwritable', reasonOf(error));
    });
  }

  on<Name extends PeerEventName>(
    name: Name,
    listener: (event: PeerEvents[Name]) => void,
  ): () => void {
    return this.#runtime.emitter.on(name, listener);
  }

  leave(options: { readonly flushMs?: number } = {}): Promise<Departure> {
    return this.#runtime.leave(options.flushMs ?? DEFAULT_FLUSH_MS);
  }

  close(): Promise<void> {
    return this.#runtime.close();
  }

  #publish(topic: string, bytes: Uint8Array): Publication {
    const { id, links } = this.#runtime.publish(topic, bytes);
    return { id, key: formatMessageId(id), links, congested: this.#runtime.congested };
  }
}

function bytesOf(payload: string | Uint8Array): Uint8Array {
  return typeof payload === 'string' ? Buffer.from(payload, 'utf8') : payload;
}

function keysOf({ keys, reserved, engine, readNow }: Runtime): PeerKeys {
  const { rotation } = reserved;
  const everybody = (): PeerId[] => engine.status(readNow()).members.map(({ peer }) => peer);
  return {
    get ids() {
      return keys.ids;
    },
    install: ({ id, to = everybody() } = {}) => rotation.install(to, id),
    use: (id) => rotation.use(id),
    remove: (id) => rotation.remove(id),
  };
}

function drillsOf({ links }: Runtime): PeerDrills {
  return {
    get cuts() {
      return links.cut;
    },
    cut: (peer) => links.setCut(peer, true),
    heal: (peer) => {
      for (const cut of peer === undefined ? links.cut : [peer]) links.setCut(cut, false);
    },
  };
}
