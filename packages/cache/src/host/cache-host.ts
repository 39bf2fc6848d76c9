import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Now, parseStreamId } from '@hearsay/core';
import { type Peer, PeerError, type PeerPort } from '@hearsay/node';
import type { CacheDamage, CacheLog } from '../persistence/cache-log.js';
import type { CacheDurability } from '../persistence/durability.js';
import type { Effect, ReplicationEvent } from '../replication/effect.js';
import type { MemberState } from '../replication/holdings.js';
import type { Input, Write } from '../replication/input.js';
import { encodeState, snapshotRecords } from '../replication/replay.js';
import type { Replication } from '../replication/replication.js';
import type { StoreBox } from '../replication/store-box.js';
import type { StoreEvent } from '../store/types.js';
import type { Version } from '../values/stamp.js';
import type { FrameCrypto } from '../wire/frame.js';
import { checkSize } from './check-size.js';
import { DiskWaits } from './disk-waits.js';
import { Listeners } from './emitter.js';
import { CacheClosedError, CacheDiskError } from './errors.js';
import { KeyListeners } from './key-listeners.js';
import { Unanswered } from './unanswered.js';
import { Waits } from './waits.js';

/** The port of the cache on every peer. */
const CACHE_PORT = 1;
/** After so long without a write the next one leaves at once; until then a turn gathers. */
const QUIET_MS = 2;
/** Deadlines are looked at so often while there are any. */
const EXPIRE_TICK_MS = 100;
/** A writer that wrote so much in one turn waits until it left: links hold a few times as much. */
const TURN_BYTES: number = 256 * 1_024;
/** Longest sleep of the timer: wishes are looked at anew then. */
const SLEEP_MAX_MS = 60_000;

/** Parts that `openCache` has made. */
export interface CacheHostOptions {
  readonly peer: Peer;
  readonly dir: string | undefined;
  readonly durability: CacheDurability;
  readonly box: StoreBox;
  readonly makeReplication: (crypto: FrameCrypto) => Replication;
  readonly openLog: (handlers: {
    readonly onFailed: (error: Error) => void;
    readonly onSafe: () => void;
  }) => CacheLog | undefined;
}

/** Runs the replication of one cache: links, disk, timers. */
export class CacheHost {
  readonly peer: Peer;
  readonly box: StoreBox;
  readonly replication: Replication;
  readonly waits: Waits = new Waits();
  /** Changes that became visible together. */
  readonly changes: KeyListeners = new KeyListeners();
  readonly events: Listeners<ReplicationEvent> = new Listeners();
  /** Everything was dropped: watchers must begin anew. */
  readonly resets: Listeners<undefined> = new Listeners();
  readonly compared: Listeners<Effect & { kind: 'compared' }> = new Listeners();
  /** Reads and what became of values, as numbers that only grow. */
  readonly tally = { hits: 0, misses: 0, evictions: 0, expirations: 0 };
  /** After every step. */
  readonly steps: Listeners<undefined> = new Listeners();
  readonly failures: Listeners<CacheDiskError> = new Listeners();
  readonly damages: Listeners<CacheDamage> = new Listeners();
  readonly #options: CacheHostOptions;
  readonly #port: PeerPort;
  readonly #log: CacheLog | undefined;
  readonly #disk: DiskWaits;
  readonly #stops: (() => void)[] = [];
  #changed: StoreEvent[] = [];
  readonly #unanswered: Unanswered = new Unanswered();
  #flushing = false;
  /** Effects are being carried out. */
  #isStepping = false;
  #draining = false;
  #isPrompt = false;
  #flushedMs = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  #timerMs = Number.POSITIVE_INFINITY;
  #isClosed = false;
  #isCutOff = false;
  #pressure: Promise<void> | undefined;

  constructor(options: CacheHostOptions) {
    const { peer, box } = options;
    this.#options = options;
    this.peer = peer;
    this.box = box;
    this.#disk = new DiskWaits(() => this.#log);
    this.#log = options.openLog({
      onSafe: () => this.#safe(),
      onFailed: (error) => this.#diskFailed(error),
    });
    this.replication = options.makeReplication({
      sign: (bytes) => this.#port.sign(bytes),
      verify: (by, bytes, signature) => this.#port.verify(by, bytes, signature),
      hash: (bytes) => this.#port.hash(bytes),
    });
    const { replica } = this.replication;
    this.#port = peer.open(CACHE_PORT, {
      replica: {
        summary: () => this.#replicated(() => replica.summary()),
        missing: (summary, to) => this.#replicated(() => replica.missing(summary, to)),
        answerPauseMs: (to) => this.#replicated(() => replica.answerPauseMs?.(to) ?? 0),
        merge: (delta, from) => this.#replicated(() => replica.merge(delta, from)),
      },
      received: (from, bytes) => this.handle({ kind: 'post', from, bytes }),
      repaired: () => this.#drain(),
    });
  }

  /**
   * Meets the neighbours that are there already.
   * @param goesOn in the stream of an earlier run: then the disk must know that this run began before
   *   anybody else does, or a loss of power would begin a third in the same place
   * @throws CacheDiskError
   */
  async start(goesOn: boolean): Promise<void> {
    const { peer } = this;
    this.#recordState();
    this.#log?.write();
    if (goesOn) await this.#log?.sync();
    if (this.failure !== undefined) throw new CacheDiskError(this.#options.dir ?? '', this.failure);
    this.#stops.push(
      peer.on('link', ({ id, up }) =>
        this.handle({ kind: up ? 'link-up' : 'link-down', peer: id }),
      ),
      peer.on('member', () => this.#tellMembers()),
    );
    this.#tellMembers();
    for (const { id, link } of peer.members()) {
      if (link !== 'none') this.handle({ kind: 'link-up', peer: id });
    }
    this.handle({ kind: 'wake' });
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  get failure(): Error | undefined {
    return this.#log?.failure;
  }

  get logBytes(): number {
    return this.#log?.bytes ?? 0;
  }

  now(): Now {
    return { monotonicMs: performance.now(), wallMs: Date.now() };
  }

  /** Told by the store, within the call that changes it. */
  readonly storeChanged = (event: StoreEvent): void => {
    if (event.kind === 'evict') this.tally.evictions += 1;
    else if (event.kind === 'expire') this.tally.expirations += 1;
    if (this.changes.want(event.key)) this.#changed.push(event);
  };

  /**
   * Writes together; it leaves at once or at the end of this turn.
   * @param waits whether somebody waits for others to hold it, who says so before it leaves
   * @throws CacheError `too-large`, CacheClosedError
   */
  write(writes: readonly Write[], waits = false): Version {
    this.check();
    checkSize(writes);
    const now = this.now();
    const version = this.replication.write(writes, now);
    this.#flushSoon(now.monotonicMs, waits);
    if (this.#pressure === undefined && this.replication.unsentBytes > TURN_BYTES) {
      this.#pressure = this.#relieve();
    }
    return version;
  }

  /** Resolves when the links have taken what was written; undefined while they keep up. */
  get pressure(): Promise<void> | undefined {
    return this.#pressure;
  }

  /** @throws CacheClosedError */
  check(): void {
    if (this.#isClosed) throw new CacheClosedError();
  }

  /** One step of the replication. @throws HearsayError for what a neighbour did wrong */
  handle(input: Input): void {
    if (this.#isClosed) return;
    const isNested = this.#isStepping;
    this.#isStepping = true;
    try {
      this.#carryOut(this.replication.handle(input, this.now()));
    } finally {
      this.#carryOut(this.replication.take());
      this.#isStepping = isNested;
      this.#afterStep();
    }
  }

  /**
   * Resolves when our disk has everything written so far, as far as the durability promises it.
   * @throws CacheDiskError, CacheClosedError
   */
  stored(): Promise<void> | undefined {
    if (this.#log === undefined) return undefined;
    if (!this.replication.hasUnsent) return this.#disk.until(this.#log.end);
    return this.#disk.untilFlushed();
  }

  /** A new file for the log, with everything in it. */
  async rewriteLog(): Promise<void> {
    await this.#log?.rewrite(snapshotRecords(this.replication, this.box));
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.handle({ kind: 'flush' });
    this.#isClosed = true;
    clearTimeout(this.#timer);
    for (const stop of this.#stops) stop();
    this.#port.close();
    this.waits.close();
    this.#disk.close();
    if (this.#log === undefined) return;
    this.#recordState();
    const { generation } = parseStreamId(this.replication.stream);
    const numbers = new TextEncoder().encode(
      `${this.peer.id} ${generation} ${this.replication.sequence}`,
    );
    this.#log.append({ kind: 'closed', bytes: numbers });
    await this.#log.close();
  }

  /** Lets this turn end, and links that are too slow for it take what waits. */
  async #relieve(): Promise<void> {
    await nextTurn();
    try {
      if (!this.#isClosed) await this.peer.drained();
    } catch {
      // The peer is closed, or its links are: nobody holds up writes any more.
    } finally {
      this.#pressure = undefined;
    }
  }

  #tellMembers(): void {
    const members: MemberState[] = [];
    for (const { id, state, self } of this.peer.members()) {
      if (!self) members.push({ peer: id, state: state === 'joining' ? 'alive' : state });
    }
    this.handle({ kind: 'members', members });
  }

  /** A call of core's: what it brings is carried out when core is done. */
  #replicated<Result>(call: () => Result): Result {
    this.replication.at(this.now());
    if (!this.#draining) {
      this.#draining = true;
      queueMicrotask(() => this.#drain());
    }
    return call();
  }

  #drain(): void {
    this.#draining = false;
    this.handle({ kind: 'wake' });
  }

  #flushSoon(nowMs: number, waits: boolean): void {
    if (this.#flushing) return;
    this.#flushing = true;
    const isQuiet = nowMs - this.#flushedMs >= QUIET_MS;
    if (!isQuiet) setImmediate(this.#flush);
    // Within a step its effects come first: the log and the links keep the order of frames.
    else if (waits || this.#isStepping) process.nextTick(this.#flushPromptly);
    else this.#flushPromptly();
  }

  readonly #flush = (): void => {
    this.#flushing = false;
    if (this.#isClosed) return;
    this.#flushedMs = performance.now();
    this.handle({ kind: 'flush' });
  };

  /** What comes alone does not wait for the end of the turn. */
  readonly #flushPromptly = (): void => {
    this.#isPrompt = true;
    try {
      this.#flush();
    } finally {
      this.#isPrompt = false;
    }
  };

  #carryOut(effects: readonly Effect[]): void {
    for (const effect of effects) this.#do(effect);
  }

  #do(effect: Effect): void {
    switch (effect.kind) {
      case 'post':
        return this.#post(effect);
      case 'record':
        return this.#log?.append({ kind: effect.record, bytes: effect.bytes });
      case 'dropped':
        this.#log?.reset();
        return this.resets.emit(undefined);
      case 'members':
        return this.#recordState();
      case 'applied': {
        const { peer, generation, sequence } = effect;
        return this.#unanswered.add({ peer, generation, sequence }, this.#log?.end ?? 0);
      }
      case 'settled':
        return this.waits.settled(effect);
      case 'flight':
        return this.waits.flown(effect);
      case 'compared':
        return this.compared.emit(effect);
      case 'event':
        return this.events.emit(effect.event);
    }
  }

  #post({ bytes, to, priority }: Effect & { kind: 'post' }): void {
    if (this.#isClosed || this.#isCutOff) return;
    const prompt = this.#isPrompt;
    // Many parts leave at once, and the disk comes first.
    if (prompt) this.#log?.write();
    try {
      this.#port.post(bytes, to === undefined ? { priority, prompt } : { to, priority, prompt });
    } catch (error) {
      if (!(error instanceof PeerError) || error.code !== 'closed') throw error;
      // The peer was closed before its cache: what is here is kept, and nobody hears of it any more.
      this.#isCutOff = true;
      queueMicrotask(() => void this.close());
    }
  }

  #recordState(): void {
    const { floor, oldest, seen: members } = this.replication;
    this.#log?.append({ kind: 'state', bytes: encodeState({ floor, oldest, members }) });
  }

  #afterStep(): void {
    this.#log?.write();
    if (this.#log !== undefined && !this.replication.hasUnsent) this.#disk.flushed(this.#log.end);
    this.#safe();
    if (this.#changed.length > 0) {
      const changed = this.#changed;
      this.#changed = [];
      this.changes.emit(changed);
    }
    this.steps.emit(undefined);
    if (this.#log?.wantsRewrite === true) void this.rewriteLog();
    this.#arm();
  }

  /** The disk has more than before. */
  #safe(): void {
    const safeEnd = this.#log?.safeEnd ?? 0;
    this.#disk.settle();
    if (this.#unanswered.size === 0) return;
    // A broken disk promises nothing: who asked is told nothing, and times out.
    if (this.failure !== undefined) return this.#unanswered.clear();
    const applied = this.#unanswered.take(safeEnd);
    if (applied.length > 0) this.handle({ kind: 'durable', applied });
  }

  #diskFailed(error: Error): void {
    const failed = new CacheDiskError(this.#options.dir ?? '', error);
    this.#disk.fail(failed);
    this.failures.emit(failed);
  }

  #arm(): void {
    if (this.#isClosed) return;
    const nowMs = performance.now();
    const deadlineMs = this.box.store.nextDeadlineMs;
    const expireMs =
      deadlineMs === Number.POSITIVE_INFINITY
        ? deadlineMs
        : nowMs + Math.max(EXPIRE_TICK_MS, deadlineMs - Date.now());
    const wakeMs = Math.min(this.replication.nextMs, expireMs, nowMs + SLEEP_MAX_MS);
    if (this.#timer !== undefined && this.#timerMs <= wakeMs && this.#timerMs > nowMs) return;
    clearTimeout(this.#timer);
    this.#timerMs = wakeMs;
    this.#timer = setTimeout(() => this.#wake(), Math.max(1, wakeMs - nowMs));
    this.#timer.unref();
  }

  #wake(): void {
    this.#timer = undefined;
    this.box.store.expire(Date.now());
    this.handle({ kind: 'wake' });
  }
}
