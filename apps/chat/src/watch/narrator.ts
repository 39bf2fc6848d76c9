import type { PeerId } from '@hearsay/core';
import type { Peer, PeerEvents, PeerMember, Publication } from '@hearsay/node';
import type { ChatMessage } from '../chat/message.js';
import { isVisitor } from '../chat/names.js';
import type { Place } from '../chat/place.js';
import type { ChatSession, Utterance } from '../chat/session.js';
import type { Signals } from '../signals/signals.js';
import { sanitiseLine } from '../text/sanitise.js';
import type { MemberNotice, MessageNotice, Notice } from '../view/notice.js';
import { Arrivals } from './arrivals.js';
import { FlapFolder } from './flap-folder.js';
import { Noticed } from './noticed.js';
import { Receipts } from './receipts.js';
import { Timeline, type TimelineOutput } from './timeline.js';
import { Troubles } from './troubles.js';
import type { Watch } from './watch.js';

/** An own message waits this long to be printed, so that its mark can already say who holds it. */
const ECHO_MS = 120;
const NAMES_BEHIND_MAX = 4;

export interface NarratorOptions {
  readonly session: ChatSession;
  /** `host:port` that the person asked to dial: failures to reach these are told. */
  readonly joined: readonly string[];
  /** Earlier messages shown of a block. */
  readonly historyMax: number;
  /** Earlier messages shown that are kept here; default as `historyMax`. */
  readonly keptMax?: number;
  /**
   * Own messages are told too: `late`, with a mark that can say who holds them; `now`, where marks
   * change. `never`: a pipe knows what it wrote.
   */
  readonly echo: 'late' | 'now' | 'never';
  /** True for the room being looked at; messages of others are marked. */
  readonly isCurrent: (room: string) => boolean;
  readonly tell: (notice: Notice) => void;
  /** Who else noticed a death is told, where programs tell each other. */
  readonly signals?: Pick<Signals, 'onVerdict'> | undefined;
}

/** Turns what happens to a peer into notices for a person, in order, once, and not too many. */
export class Narrator {
  readonly receipts: Receipts;
  readonly #options: NarratorOptions;
  readonly #session: ChatSession;
  readonly #peer: Peer;
  readonly #arrivals: Arrivals;
  readonly #flaps = new FlapFolder();
  readonly #noticed: Noticed;
  readonly #timeline: Timeline;
  readonly #troubles: Troubles;
  readonly #stops: (() => void)[] = [];
  #echoes: { message: ChatMessage; saidMs: number }[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(options: NarratorOptions) {
    const startedMs = Date.now();
    this.#options = options;
    this.#session = options.session;
    this.#peer = options.session.peer;
    this.#troubles = new Troubles({
      peer: this.#peer,
      names: options.session.names,
      joined: options.joined,
      tell: (notice) => this.#tell(notice),
    });
    this.#arrivals = new Arrivals(startedMs);
    this.#noticed = new Noticed({ nameOf: (id) => this.#name(id), live: () => this.#live() });
    this.#timeline = new Timeline({ startedMs, historyMax: options.historyMax });
    this.receipts = new Receipts({
      holdingOf: (id) => this.#peer.receipt(id),
      behind: () => this.#behind(),
    });
  }

  /** Shows what is kept and whom we know already, then follows the peer. */
  start(): void {
    const now = Date.now();
    for (const room of this.#session.rooms) this.showKept({ kind: 'room', room });
    for (const member of this.#peer.members()) {
      if (!member.self && member.state === 'alive' && !isVisitor(member)) {
        this.#arrivals.met(this.#session.names.of(member.id), now);
      }
    }
    this.#listen();
    this.#step();
  }

  stop(): void {
    clearTimeout(this.#timer);
    for (const stop of this.#stops.splice(0)) stop();
    this.#flushEchoes();
    this.#show(this.#timeline.flush());
  }

  /** Says something and prints it. @throws PeerError as `Peer.publish` */
  say(utterance: Utterance): Publication {
    const { message, publication } = this.#session.say(utterance);
    const now = Date.now();
    this.receipts.said(message, now);
    if (this.#options.echo === 'late') this.#echoes.push({ message, saidMs: now });
    if (this.#options.echo === 'now') {
      this.#timeline.shown(message);
      this.#tellMessage(message);
    }
    this.#step();
    return publication;
  }

  /** Prints own messages that still wait for their mark: something is printed after them. */
  settle(): void {
    this.#flushEchoes();
  }

  /** Failures to reach this address are told from now on. */
  expect(address: string): void {
    this.#troubles.expect(address);
  }

  /** The kept messages of a place that was just joined. */
  showKept(place: Place): void {
    const { historyMax, keptMax = historyMax } = this.#options;
    const kept = this.#session.history(place, keptMax);
    const [first] = kept;
    const last = kept.at(-1);
    if (first === undefined || last === undefined) return;
    this.#tell({
      kind: 'backlog',
      origin: 'kept',
      count: kept.length,
      shown: kept.length,
      fromMs: first.sentMs,
      toMs: last.sentMs,
    });
    for (const message of kept) this.#tellMessage(message);
  }

  #listen(): void {
    const peer = this.#peer;
    this.#session.onMessage((message) => {
      this.#show(this.#timeline.receive(message, Date.now()));
      this.#step();
    });
    this.#session.onChange((change) => {
      const { place, nick } = change;
      this.#tell({
        kind: 'change',
        name: this.#session.names.of(change.change.by, nick),
        change,
        elsewhere: place.kind === 'room' && !this.#options.isCurrent(place.room),
      });
    });
    const follow = <Name extends keyof PeerEvents>(
      name: Name,
      react: (event: PeerEvents[Name]) => void,
    ): void => {
      const stop = peer.on(name, (event) => {
        react(event);
        this.#step();
      });
      this.#stops.push(stop);
    };
    follow('member', (event) => this.#onMember(event));
    follow('meta', ({ member, wasNick }) => this.#onMeta(member, wasNick));
    follow('sync', () => this.#onSync());
    follow('caught-up', ({ messages }) => {
      if (messages > 0) this.#onSync();
    });
    this.#stops.push(...this.#troubles.listen());
    this.#options.signals?.onVerdict(({ by, peer: of, generation, state }) => {
      if (state !== 'dead') return;
      this.#noticed.other(by, { peer: of, generation }, Date.now());
      this.#step();
    });
  }

  #onMember(event: PeerEvents['member']): void {
    const { member, was, reason } = event;
    if (member.self || isVisitor(member)) return;
    // Told at the first contact: others remember peers that we never met.
    const isOldNews = was === undefined && (member.state === 'dead' || member.state === 'left');
    if (isOldNews || reason === 'forgotten' || member.state === 'joining') return;
    // Somebody refuted a suspicion that never reached us: nothing to see.
    if (was === member.state && reason !== 'restarted') return;
    const now = Date.now();
    const name = this.#name(member.id);
    const isNew = member.state === 'alive' && (was === undefined || was === 'joining');
    if (isNew && this.#arrivals.met(name, now)) return;
    const notice: MemberNotice = {
      kind: 'member',
      name,
      state: member.state,
      was,
      reason,
      address: member.addresses[0],
      generation: member.generation,
      incarnation: member.incarnation,
      silentMs: event.silentMs,
      agreed: event.agreed,
      asked: event.asked,
    };
    const shown = this.#flaps.change(member.id, notice, now);
    for (const each of shown) this.#tell(each);
    // Of one that comes and goes only the changes are counted.
    const isShown = shown.includes(notice);
    if (!isShown || member.state !== 'dead') return;
    const { live, inSync } = this.#peer.status();
    if (inSync < live) this.#arrivals.apart();
    if (this.#options.signals !== undefined) this.#noticed.own(member.id, member.generation, now);
  }

  #onMeta(member: PeerMember, wasNick: string | undefined): void {
    if (member.self || isVisitor(member) || wasNick === undefined || wasNick === member.nick)
      return;
    this.#tell({ kind: 'renamed', name: this.#name(member.id), was: sanitiseLine(wasNick) });
  }

  #onSync(): void {
    const { live, inSync, messages } = this.#peer.status();
    this.#arrivals.synced(live, inSync, messages);
  }

  /** Tells what is due and sets the clock for what comes next. */
  #step(): void {
    const now = Date.now();
    this.#echoIfKnown(now);
    const watches: readonly Watch[] = [this.#noticed, this.#arrivals, this.receipts, this.#flaps];
    for (const watch of watches) for (const notice of watch.tick(now)) this.#tell(notice);
    this.#show(this.#timeline.tick(now));
    this.#sleep(now, watches);
  }

  #sleep(now: number, watches: readonly Watch[]): void {
    clearTimeout(this.#timer);
    const firstEcho = this.#echoes[0];
    const wakes = [...watches, this.#timeline].map(({ wakeAtMs }) => wakeAtMs);
    if (firstEcho !== undefined) wakes.push(firstEcho.saidMs + ECHO_MS);
    const wakeMs = Math.min(...wakes.map((at) => at ?? Number.POSITIVE_INFINITY));
    if (wakeMs === Number.POSITIVE_INFINITY) return;
    this.#timer = setTimeout(() => this.#step(), Math.max(1, wakeMs - now));
  }

  #echoIfKnown(now: number): void {
    const [first] = this.#echoes;
    const last = this.#echoes.at(-1);
    if (first === undefined || last === undefined) return;
    const { held, live } = this.#peer.receipt(last.message.id);
    if (held >= live || now >= first.saidMs + ECHO_MS) this.#flushEchoes();
  }

  #flushEchoes(): void {
    const echoes = this.#echoes;
    this.#echoes = [];
    for (const { message } of echoes) {
      this.#timeline.shown(message);
      this.#tellMessage(message);
    }
  }

  #show(outputs: readonly TimelineOutput[]): void {
    for (const output of outputs) {
      if (output.kind === 'now') {
        this.#tellMessage(output.message);
        continue;
      }
      const { origin, count, messages } = output;
      const fromMs = messages[0]?.sentMs ?? 0;
      const toMs = messages.at(-1)?.sentMs ?? 0;
      this.#tell({ kind: 'backlog', origin, count, shown: messages.length, fromMs, toMs });
      for (const message of messages) this.#tellMessage(message);
    }
  }

  #tellMessage(message: ChatMessage): void {
    const { place, own, id } = message;
    const isOfThisRun = own && id.generation === this.#peer.generation;
    const notice: MessageNotice = {
      kind: 'message',
      message,
      name: this.#session.names.of(message.fromId, message.nick),
      toName: own && place.kind === 'direct' ? this.#name(place.peer) : undefined,
      elsewhere: place.kind === 'room' && !this.#options.isCurrent(place.room),
      holding: isOfThisRun ? this.#peer.receipt(id) : undefined,
    };
    this.#tell(notice);
  }

  #tell(notice: Notice): void {
    if (this.#echoes.length > 0) this.#flushEchoes(); // Never after what came later.
    this.#options.tell(notice);
  }

  #live(): readonly PeerId[] {
    return this.#peer
      .members()
      .filter((member) => !member.self && member.state === 'alive' && !isVisitor(member))
      .map(({ id }) => id);
  }

  #name(id: PeerId): string {
    return this.#session.names.of(id);
  }

  #behind(): readonly string[] {
    const lacking = this.#peer
      .members()
      .filter(({ self, state, lacks }) => !self && state === 'alive' && lacks > 0);
    const names = lacking
      .slice(0, NAMES_BEHIND_MAX)
      .map(({ id, lacks }) => `${this.#name(id)} ${lacks}`);
    const more = lacking.length - names.length;
    return more > 0 ? [...names, `${more} more`] : names;
  }
}
