import {
  compareTimes,
  formatMessageId,
  type HlcTime,
  type Message,
  type MessageId,
  type PeerEvent,
  type PeerId,
  parseStreamId,
  RUNS_MIN,
  type StreamId,
  streamId,
  type Topic,
} from '@hearsay/core';
import type { Run } from '../run.js';
import { hashBytes } from '../trace.js';
import type { Report } from '../violation.js';

const NO_TIME: HlcTime = { ms: 0, counter: 0 };

type Clock = readonly (readonly [StreamId, number])[];

/** What really was published, and what its author had delivered by then. */
interface Published {
  readonly topic: Topic;
  readonly payloadHash: number;
  readonly payloadBytes: number;
  /** Causes that are new since the author's message before. */
  readonly newCauses: Clock;
  /** The latest time of all messages that its author had delivered. */
  readonly after: HlcTime;
  /** As first delivered anywhere; the same for everybody. */
  time: HlcTime | undefined;
  clock: Clock | undefined;
}

/** What one run of one peer has delivered so far. */
interface Delivered {
  readonly prefix: Map<StreamId, number>;
  /** Streams that advanced since its last publication. */
  readonly advanced: Set<StreamId>;
  /** The latest time among its deliveries. */
  latest: HlcTime;
  /** The last pair of clocks found equal: the messages of a batch share one. */
  equalClocks: readonly [Clock, Clock] | undefined;
  /** Causes that only skipped messages named; their successors depend on them all the same. */
  readonly owed: Map<StreamId, Clock>;
  /** Streams for which a `no-room` event said that nobody waits for them. */
  readonly waived: Set<StreamId>;
  /** Skipped by a `gap` event. */
  skipped: number;
  messages: number;
}

/**
 * Watches every delivery against the truth: nothing invented, nothing twice, each stream in order,
 * causes before effects. It keeps its own happens-before and never asks a peer's clock.
 */
export class DeliveryOracle {
  readonly #report: Report;
  readonly #gapsAllowed: boolean;
  readonly #clocksAgree: () => boolean;
  readonly #isHostile: (peer: PeerId) => boolean;
  readonly #streams = new Map<StreamId, Published[]>();
  readonly #runs = new Map<Run, Delivered>();
  /** Found by anybody to be over: nobody needs to hold them, or to wait for them. */
  readonly #over = new Set<StreamId>();

  constructor(
    report: Report,
    options: {
      readonly gapsAllowed: boolean;
      /** Whether no clock has ever been further from the truth than peers bear. */
      readonly clocksAgree: () => boolean;
      /** Who is hostile may say to each what it likes. */
      readonly isHostile: (peer: PeerId) => boolean;
    },
  ) {
    this.#report = report;
    this.#gapsAllowed = options.gapsAllowed;
    this.#clocksAgree = options.clocksAgree;
    this.#isHostile = options.isHostile;
  }

  published(run: Run, id: MessageId, topic: Topic, payload: Uint8Array): void {
    const stream = streamId(id.peer, id.generation);
    if (stream !== run.stream) {
      this.#report('no-creation', `${run.host} published as ${formatMessageId(id)}`);
    }
    const entries = this.#entriesOf(stream);
    if (id.sequence !== entries.length + 1) {
      this.#report(
        'fifo-order',
        `${run.host} numbered ${formatMessageId(id)} after ${entries.length}`,
      );
    }
    const delivered = this.#deliveredBy(run);
    const newCauses = [...delivered.advanced].map(
      (cause) => [cause, delivered.prefix.get(cause) ?? 0] as const,
    );
    delivered.advanced.clear();
    entries.push({
      topic,
      payloadHash: hashBytes(payload),
      payloadBytes: payload.length,
      newCauses,
      after: delivered.latest,
      time: undefined,
      clock: undefined,
    });
  }

  delivered(run: Run, messages: readonly Message[], own: boolean): void {
    const delivered = this.#deliveredBy(run);
    for (const message of messages) this.#deliver(run, delivered, message, own);
  }

  gap(run: Run, event: PeerEvent & { readonly kind: 'gap' }): void {
    const { stream, from, to } = event;
    if (!this.#gapsAllowed) {
      this.#report('no-message-lost', `${run.host} skipped ${from}..${to} of ${stream}`);
    }
    const delivered = this.#deliveredBy(run);
    const prefix = delivered.prefix.get(stream) ?? 0;
    if (from !== prefix + 1 || to < from || to > this.publishedIn(stream)) {
      this.#report('fifo-order', `${run.host} skipped ${from}..${to} of ${stream} after ${prefix}`);
    }
    delivered.prefix.set(stream, to);
    delivered.skipped += to - from + 1;
    const skipped = this.#entriesOf(stream).slice(from - 1, to);
    const owed = skipped.flatMap((entry) => entry.newCauses);
    delivered.owed.set(stream, [...(delivered.owed.get(stream) ?? []), ...owed]);
  }

  noRoom(run: Run, event: PeerEvent & { readonly kind: 'no-room' }): void {
    this.#deliveredBy(run).waived.add(event.stream);
  }

  /** A stream may end only when so many newer runs of its peer have spoken, and with all that was delivered. */
  retired(run: Run, event: PeerEvent & { readonly kind: 'retired' }): void {
    const { stream, last } = event;
    const { peer, generation } = parseStreamId(stream);
    const delivered = this.#deliveredBy(run);
    const newer = [...delivered.prefix.keys()].map(parseStreamId).filter((other) => {
      return other.peer === peer && other.generation > generation;
    });
    if (newer.length < RUNS_MIN || (delivered.prefix.get(stream) ?? 0) !== last) {
      this.#report('no-message-lost', `${run.host} ended ${stream} at ${last}`);
    }
    delivered.prefix.delete(stream);
    this.#over.add(stream);
  }

  /** Whether anybody found a stream to be over. */
  isOver(stream: StreamId): boolean {
    return this.#over.has(stream);
  }

  /** The run's own account of what it holds must be exactly what it delivered. */
  checkClock(run: Run, clock: ReadonlyMap<StreamId, number>): void {
    const { prefix } = this.#deliveredBy(run);
    for (const [stream, sequence] of clock) {
      if ((prefix.get(stream) ?? 0) === sequence) continue;
      this.#report(
        'gap-free-clock',
        `${run.host} claims ${stream}:${sequence} and delivered ${prefix.get(stream) ?? 0}`,
      );
    }
    for (const [stream, sequence] of prefix) {
      if (clock.get(stream) === sequence) continue;
      this.#report(
        'gap-free-clock',
        `${run.host} delivered ${stream}:${sequence} and claims ${clock.get(stream) ?? 0}`,
      );
    }
  }

  publishedIn(stream: StreamId): number {
    return this.#streams.get(stream)?.length ?? 0;
  }

  prefixOf(run: Run, stream: StreamId): number {
    return this.#runs.get(run)?.prefix.get(stream) ?? 0;
  }

  messagesOf(run: Run): number {
    return this.#runs.get(run)?.messages ?? 0;
  }

  skippedBy(run: Run): number {
    return this.#runs.get(run)?.skipped ?? 0;
  }

  streams(): readonly StreamId[] {
    return [...this.#streams.keys()];
  }

  /** A run that ended needs no account any more. */
  forget(run: Run): void {
    this.#runs.delete(run);
  }

  #deliver(run: Run, delivered: Delivered, message: Message, own: boolean): void {
    const { peer, generation, sequence } = message.id;
    const stream = streamId(peer, generation);
    const name = formatMessageId(message.id);
    const truth = this.#streams.get(stream)?.[sequence - 1];
    if (truth === undefined) {
      this.#report('no-creation', `${run.host} delivered ${name}, never published`);
    }
    if (own !== (stream === run.stream)) {
      this.#report('no-creation', `${run.host} delivered ${name} with own=${own}`);
    }
    const prefix = delivered.prefix.get(stream) ?? 0;
    if (sequence <= prefix) {
      this.#report('no-duplicate', `${run.host} delivered ${name} again`);
    }
    if (sequence !== prefix + 1) {
      this.#report('fifo-order', `${run.host} delivered ${name} after ${prefix}`);
    }
    this.#checkCauses(run, delivered, name, truth.newCauses);
    const owed = delivered.owed.get(stream);
    if (owed !== undefined) this.#checkCauses(run, delivered, name, owed);
    delivered.owed.delete(stream);
    if (!this.#isHostile(peer)) this.#checkContent(run, delivered, message, truth);
    delivered.prefix.set(stream, sequence);
    delivered.messages += 1;
    if (!own) delivered.advanced.add(stream);
  }

  #checkCauses(run: Run, delivered: Delivered, name: string, causes: Clock): void {
    for (const [cause, needed] of causes) {
      const have = delivered.prefix.get(cause) ?? 0;
      if (have >= needed || delivered.waived.has(cause) || this.#over.has(cause)) continue;
      this.#report(
        'causal-order',
        `${run.host} delivered ${name} before its cause ${cause}:${needed} (has ${have})`,
      );
    }
  }

  #checkContent(run: Run, delivered: Delivered, message: Message, truth: Published): void {
    const name = formatMessageId(message.id);
    if (
      message.topic !== truth.topic ||
      message.payload.length !== truth.payloadBytes ||
      hashBytes(message.payload) !== truth.payloadHash
    ) {
      this.#report('same-content', `${run.host} delivered ${name} changed`);
    }
    if (truth.time === undefined) {
      truth.time = message.time;
      this.#checkNewTime(run, name, truth);
    }
    if (compareTimes(message.time, delivered.latest) > 0) delivered.latest = message.time;
    if (message.time.ms !== truth.time.ms || message.time.counter !== truth.time.counter) {
      this.#report('same-content', `${run.host} delivered ${name} with another time`);
    }
    if (truth.clock === undefined) {
      truth.clock = message.clock;
      this.#checkNewClock(run, delivered, name, truth);
      return;
    }
    const [ours, theirs] = delivered.equalClocks ?? [];
    if (truth.clock === message.clock) return;
    if (ours === truth.clock && theirs === message.clock) return;
    if (!sameClock(this.#counting(truth.clock), this.#counting(message.clock))) {
      this.#report('same-content', `${run.host} delivered ${name} with another clock`);
    }
    delivered.equalClocks = [truth.clock, message.clock];
  }

  /** Without what is over: some have forgotten it already. */
  #counting(clock: Clock): Clock {
    return this.#over.size === 0 ? clock : clock.filter(([stream]) => !this.#over.has(stream));
  }

  /** Time agrees with cause and effect, as long as no clock is further off than is allowed. */
  #checkNewTime(run: Run, name: string, truth: Published): void {
    if (!this.#clocksAgree() || truth.time === undefined) return;
    if (compareTimes(truth.time, truth.after) > 0) return;
    this.#report(
      'causal-time',
      `${run.host} published ${name} with a time before that of its causes`,
    );
  }

  /** A message names as its causes no less than its author had delivered, and no more. */
  #checkNewClock(run: Run, delivered: Delivered, name: string, truth: Published): void {
    const named = new Map(truth.clock);
    for (const [cause, needed] of truth.newCauses) {
      if ((named.get(cause) ?? 0) >= needed || this.#over.has(cause)) continue;
      this.#report(
        'causal-order',
        `${run.host} published ${name} without its cause ${cause}:${needed}`,
      );
    }
    for (const [cause, sequence] of named) {
      if (
        cause === run.stream ||
        this.#over.has(cause) ||
        sequence <= (delivered.prefix.get(cause) ?? 0)
      )
        continue;
      this.#report(
        'causal-order',
        `${run.host} published ${name} with cause ${cause}:${sequence}, not delivered`,
      );
    }
  }

  #entriesOf(stream: StreamId): Published[] {
    let entries = this.#streams.get(stream);
    if (entries === undefined) {
      entries = [];
      this.#streams.set(stream, entries);
    }
    return entries;
  }

  #deliveredBy(run: Run): Delivered {
    let delivered = this.#runs.get(run);
    if (delivered === undefined) {
      delivered = {
        prefix: new Map(),
        advanced: new Set(),
        latest: NO_TIME,
        equalClocks: undefined,
        owed: new Map(),
        waived: new Set(),
        skipped: 0,
        messages: 0,
      };
      this.#runs.set(run, delivered);
    }
    return delivered;
  }
}

/** Whether two clocks say the same; their order is no part of it. */
function sameClock(left: Clock, right: Clock): boolean {
  if (left.length !== right.length) return false;
  const sequences = new Map(left);
  return right.every(([stream, sequence]) => sequences.get(stream) === sequence);
}
