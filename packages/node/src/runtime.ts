import {
  type Address,
  CLOSE_CODES,
  type Command,
  type Effect,
  type Engine,
  HearsayError,
  type Message,
  type MessageId,
  type Now,
  type PeerId,
  type StatusView,
} from '@hearsay/core';
import type { Departure } from './api.js';
import { ReservedTopics } from './direct/reserved-topics.js';
import { internalError, peerErrorOf } from './engine-errors.js';
import { PeerError, reasonOf } from './errors.js';
import { Emitter } from './events/emitter.js';
import { Reporter } from './events/reporter.js';
import { Roster } from './events/roster.js';
import { SyncWatch } from './events/sync-watch.js';
import { departureOf } from './host/departure.js';
import { type EffectSink, EngineHost } from './host/engine-host.js';
import { LoopHealth } from './host/loop-health.js';
import { PublishWindow } from './host/publish-window.js';
import { Waits } from './host/waits.js';
import { Dialler } from './links/dialler.js';
import { gainsOf } from './links/gains.js';
import { LinkTable } from './links/link-table.js';
import { type LinkIdentity, linkIdentity } from './links/secure/handshake.js';
import { Inbox } from './messages/inbox.js';
import type { NetworkKeys } from './network/network-keys.js';
import { OwnMeta } from './own-meta.js';
import { PeerPorts } from './ports/peer-ports.js';
import type { Identity } from './profile/profile.js';
import type { Attachment, RuntimeParts } from './runtime-parts.js';
import type { Settings } from './settings.js';
import type { LogKeeper } from './store/log-keeper.js';

/** Between two looks at the state on behalf of `held` and `synced`. */
const WAIT_INTERVAL_MS = 10;
/** What a message costs in a batch besides its payload, roughly. */
const MESSAGE_OVERHEAD_BYTES = 32;

/** One running peer: ties the engine to links, listeners and waiting callers, and ends them all. */
export class Runtime {
  readonly settings: Settings;
  readonly identity: Identity;
  readonly keys: NetworkKeys;
  readonly engine: Engine;
  readonly log: LogKeeper;
  readonly emitter: Emitter = new Emitter();
  readonly host: EngineHost;
  readonly links: LinkTable;
  /** How we show who we are, and whom we let in. */
  readonly linkIdentity: LinkIdentity;
  readonly roster: Roster;
  readonly ownMeta: OwnMeta;
  readonly inbox: Inbox;
  readonly reserved: ReservedTopics;
  readonly ports: PeerPorts;
  /** Waits for what the engine knows. */
  readonly waits: Waits;
  /** Waits for queues. */
  readonly drains: Waits;
  readonly readNow: () => Now;
  readonly #dialler: Dialler;
  readonly #reporter: Reporter;
  readonly #syncWatch: SyncWatch;
  readonly #attachments: Attachment[] = [];
  /** Stops listening to changes of the network keys. */
  readonly #forgetKeys: () => void;
  #health: LoopHealth | undefined;
  #lastOwn: MessageId | undefined;
  readonly #window: PublishWindow;
  /** Sent, and not yet told to our own listeners. */
  #ownMessages: (readonly Message[])[] = [];
  /** Published in this turn and still with the engine. */
  #turnBytes = 0;
  #windowTimer: NodeJS.Timeout | undefined;
  #left = false;
  #leaving: Promise<Departure> | undefined;
  #closing: Promise<void> | undefined;

  constructor({ settings, identity, keys, engine, log, readNow }: RuntimeParts) {
    this.settings = settings;
    this.identity = identity;
    this.keys = keys;
    this.engine = engine;
    this.log = log;
    this.readNow = readNow;
    const readMonotonicMs = (): number => readNow().monotonicMs;
    this.host = new EngineHost({ engine, sink: this.#sink(), readNow });
    this.links = new LinkTable({
      limits: settings.limits,
      timers: settings.timings,
      readMonotonicMs,
      readFrames: () => engine.counters().framesIn,
      readGains: () => gainsOf(engine.counters()),
      step: (input) => void this.host.step(input),
      requestFlush: () => this.host.requestFlush(),
      requestTurnEnd: () => this.host.requestTurnEnd(),
    });
    this.linkIdentity = linkIdentity(identity.keys, settings.network, keys);
    this.#dialler = new Dialler({
      links: this.links,
      identity: this.linkIdentity,
      dialTimeoutMs: settings.timings.dialTimeoutMs,
      transportBytesMax: settings.limits.transportBytesMax,
      closeTimeoutMs: settings.timings.closeTimeoutMs,
      onFailed: (address, failed) => {
        this.host.step({ kind: 'dial-failed', address, ...failed });
      },
    });
    this.roster = new Roster(settings.limits.membersMax + settings.limits.rosterMembersMax);
    const tell = (meta: Uint8Array): void => void this.command({ kind: 'set-meta', meta });
    this.ownMeta = new OwnMeta({ self: identity.id, settings, keys, roster: this.roster, tell });
    this.#forgetKeys = keys.onChange(() => this.#keysChanged());
    this.#reporter = this.#makeReporter();
    const { emitter } = this;
    const readWallMs = (): number => readNow().wallMs;
    const publish = (topic: string, bytes: Uint8Array): void => void this.publish(topic, bytes);
    this.reserved = new ReservedTopics({ identity, keys, emitter, readWallMs, publish });
    this.inbox = this.#makeInbox();
    this.ports = new PeerPorts({
      keys: identity.keys,
      network: settings.network,
      command: (command) => this.command(command),
      hurry: () => this.host.hurry(),
      isOver: () => this.closed || this.#left,
    });
    this.#syncWatch = new SyncWatch({
      emitter: this.emitter,
      intervalMs: settings.timings.syncEventMs,
      readStatus: () => this.status(),
    });
    this.#window = new PublishWindow({
      windowBytes: settings.limits.publishWindowBytes,
      sharedWindowBytes: settings.limits.sharedWindowBytes,
      laggardMs: settings.timings.laggardMs,
      receipt: (id) => engine.receipt(id),
    });
    this.waits = new Waits(WAIT_INTERVAL_MS, readMonotonicMs);
    this.drains = new Waits(0, readMonotonicMs);
    log.listen({
      warn: (code, line) => this.warn(code, line),
      fail: (error) => this.fail(error),
    });
  }

  get closed(): boolean {
    return this.#closing !== undefined;
  }

  get congested(): boolean {
    const full = this.#window.full || this.#turnBytes > this.settings.limits.turnBytes;
    return full || this.links.congested;
  }

  /** Longest delay of the event loop lately. */
  get loopDelayMs(): number {
    return this.#health?.delayMs ?? 0;
  }

  status(): StatusView {
    return this.engine.status(this.readNow());
  }

  /** Begins; others can dial these addresses from now on. */
  start(advertised: readonly Address[]): void {
    const { timings, join, signal } = this.settings;
    this.#health = new LoopHealth({
      intervalMs: timings.healthIntervalMs,
      readMonotonicMs: () => this.readNow().monotonicMs,
      onReport: (loopDelayMs) => void this.host.step({ kind: 'health', loopDelayMs }),
    });
    signal?.addEventListener('abort', this.#onAbort, { once: true });
    this.host.step({ kind: 'start', addresses: advertised });
    for (const address of join) this.command({ kind: 'join', address });
    // Whoever awaits this peer adds listeners in a microtask: before this.
    setImmediate(() => this.emitter.release());
  }

  /** Binds the life of something to that of this peer. */
  attach(attachment: Attachment): void {
    this.#attachments.push(attachment);
  }

  warn(code: string, message: string): void {
    this.emitter.emit('warning', { code, message });
  }

  /** @throws PeerError for what core refuses, and `closed` */
  command(command: Command): readonly Effect[] {
    this.assertOpen();
    try {
      return this.host.step({ kind: 'command', command });
    } catch (error) {
      throw error instanceof HearsayError ? peerErrorOf(error) : error;
    }
  }

  /** Links that came in by a key that is gone end; others learn which keys we have, once that lasts. */
  #keysChanged(): void {
    this.links.closeOutdated(this.keys.all);
    void this.keys.settled().then(() => {
      if (!this.closed && !this.#left) this.ownMeta.refresh();
    });
  }

  /** Discovery found somebody; too late is no error. */
  discovered(address: Address, peer: PeerId): void {
    if (!this.closed && !this.#left) this.command({ kind: 'discovered', address, peer });
  }

  /** @throws PeerError for what core refuses, and `closed` */
  publish(topic: string, payload: Uint8Array): { id: MessageId; links: number } {
    if (this.log.failure !== undefined) throw this.log.failure;
    for (const effect of this.command({ kind: 'publish', topic, payload })) {
      if (effect.kind !== 'published') continue;
      this.#lastOwn = effect.id;
      const bytes = payload.length + MESSAGE_OVERHEAD_BYTES;
      this.#turnBytes += bytes;
      this.#window.published(effect.id, bytes, this.readNow().monotonicMs);
      return effect;
    }
    throw new PeerError('internal', 'the engine did not answer a publish');
  }

  /** @throws PeerError `closed` */
  assertOpen(): void {
    if (this.closed) throw new PeerError('closed', 'this peer is closed');
  }

  /** Says goodbye once others hold our messages, or `flushMs` have passed; then closes. */
  leave(flushMs: number): Promise<Departure> {
    this.#leaving ??= this.#leave(flushMs);
    return this.#leaving;
  }

  /** Ends everything at once. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  #sink(): EffectSink {
    return {
      persist: () => this.log.persist(),
      send: (link, bytes, priority) => this.links.send(link, bytes, priority),
      dial: (address) => this.#dialler.dial(address),
      close: (link, code, reason) => this.links.close(link, code, reason),
      deliver: (messages, own) => this.#deliver(messages, own),
      post: (port, from, bytes) => this.ports.received(port, from, bytes),
      repaired: (port, from, added) => this.ports.repaired(port, from, added),
      event: (event) => this.#reporter.report(event),
      stepped: () => this.#stepped(),
      timerFired: (lateMs) => this.#health?.observe(lateMs),
      flush: () => this.links.flush(),
      endTurn: () => this.#endTurn(),
      failed: (error) => this.fail(internalError(error)),
    };
  }

  /**
   * What we say leaves before our own listeners, who may be slow, hear it; and they hear it when
   * `publish` has returned its name, but still before whatever is delivered after it.
   */
  #deliver(messages: readonly Message[], own: boolean): void {
    if (own) this.log.delivered(messages.at(-1)?.id.sequence ?? 0);
    if (own) {
      this.links.flush();
      this.#ownMessages.push(messages);
      this.host.requestTurnEnd();
      return;
    }
    if (this.#ownMessages.length > 0) this.deliverOwn();
    this.inbox.deliver(messages);
  }

  /** Hands to listeners what we published in this turn. */
  deliverOwn(): void {
    const own = this.#ownMessages;
    this.#ownMessages = [];
    for (const messages of own) this.inbox.deliver(messages);
  }

  #makeReporter(): Reporter {
    return new Reporter({
      engine: this.engine,
      readNow: this.readNow,
      emitter: this.emitter,
      roster: this.roster,
      wasAbandoned: (link) => this.links.wasAbandoned(link),
      onSuperseded: (generation) => this.#superseded(generation),
    });
  }

  #makeInbox(): Inbox {
    return new Inbox({
      self: this.identity.id,
      nickOf: (peer) => this.roster.nickOf(peer),
      subscriberQueueMax: this.settings.limits.subscriberQueueMax,
      openDirect: (message) => this.reserved.mail.open(message),
      onReserved: (message) => this.reserved.take(message),
      hasListeners: () => this.emitter.has('message'),
      emit: (message) => this.emitter.emit('message', message),
      onOverflow: (topic) => this.warn('subscriber-slow', `a reader of ${topic} lost messages`),
    });
  }

  /** Most steps change nothing that anybody waits for, and another turn of the loop is not free. */
  #stepped(): void {
    this.#syncWatch.touch();
    const watched = this.#window.full || this.waits.waiting || this.drains.waiting;
    if (watched) this.host.requestTurnEnd();
  }

  #endTurn(): void {
    if (this.#ownMessages.length > 0) this.deliverOwn();
    this.links.reportDropped();
    this.links.flush();
    this.#turnBytes = 0;
    this.#checkWindow();
    this.drains.check();
    this.waits.check();
  }

  #checkWindow(): void {
    this.#window.check(this.readNow().monotonicMs);
    if (!this.#window.full || this.#windowTimer !== undefined) return;
    this.#windowTimer = setTimeout(() => {
      this.#windowTimer = undefined;
      this.host.requestTurnEnd();
    }, this.settings.timings.laggardMs);
  }

  #superseded(generation: number): void {
    this.identity.saveSeenGeneration(generation).catch((error: unknown) => {
      this.warn('profile-unwritable', reasonOf(error));
    });
    this.fail(new PeerError('superseded', 'another process runs under this profile'));
  }

  /** Tells why, and closes. */
  fail(error: PeerError): void {
    this.emitter.emit('failed', { error });
    this.#closeByItself();
  }

  /** Closes where nobody waits for it. */
  #closeByItself(): void {
    this.close().catch((error: unknown) => this.warn('not-closed', reasonOf(error)));
  }

  async #leave(flushMs: number): Promise<Departure> {
    const last = this.#lastOwn;
    const held = (): true | undefined =>
      last === undefined || this.engine.receipt(last).held > 0 ? true : undefined;
    // Not held in time, or closed meanwhile: the departure tells what is only here.
    const wait = { ready: held, timeoutMs: flushMs, missing: () => 'not held' };
    await this.waits.wait(wait).catch(() => undefined);
    const departure = departureOf(this.engine, last, this.status().live);
    if (!this.closed) {
      for (const attachment of this.#attachments) attachment.stop();
      this.command({ kind: 'leave' });
      this.#left = true;
      this.links.closeAll(CLOSE_CODES.goodbye, 'goodbye');
      await this.links.whenEmpty();
    }
    await this.close();
    return departure;
  }

  async #close(): Promise<void> {
    this.settings.signal?.removeEventListener('abort', this.#onAbort);
    this.host.stop();
    this.#forgetKeys();
    this.reserved.close();
    this.#health?.close();
    this.#syncWatch.close();
    clearTimeout(this.#windowTimer);
    const closed = new PeerError('closed', 'this peer is closed');
    this.waits.close(closed);
    this.drains.close(closed);
    this.inbox.close();
    this.#dialler.close();
    this.links.terminateAll();
    try {
      await Promise.all(this.#attachments.map((attachment) => attachment.close()));
      await this.links.whenEmpty();
      await this.keys.settled();
    } finally {
      await this.log.close();
      await this.identity.release();
    }
  }

  readonly #onAbort = (): void => this.#closeByItself();
}
