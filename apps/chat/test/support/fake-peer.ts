import {
  formatMessageId,
  type MessageId,
  type PeerId,
  peerId,
  type StatusView,
  type StreamId,
  streamId,
} from '@hearsay/core';
import {
  type Departure,
  directTopic,
  type Peer,
  type PeerDrills,
  type PeerEventName,
  type PeerEvents,
  type PeerKeys,
  type PeerLink,
  type PeerMember,
  type PeerMessage,
  type PortHandlers,
  type Publication,
} from '@hearsay/node';
import { encodePayload } from '../../src/chat/payload.js';

/** A peer id made of one hex digit. */
export function idOf(digit: string): PeerId {
  return peerId(digit.repeat(64));
}

export const SELF: PeerId = idOf('a');

/** A member as a test needs it. */
export function member(changes: Partial<PeerMember> = {}): PeerMember {
  const nick = changes.nick ?? 'bob';
  return {
    id: idOf('b'),
    nick,
    label: nick,
    self: false,
    state: 'alive',
    stateForMs: 1_000,
    generation: 1,
    incarnation: 0,
    addresses: ['127.0.0.1:7341'],
    tags: { pid: '4120', version: '0.1.0' },
    link: 'out',
    rttMs: 2,
    heardMsAgo: 300,
    lacks: 0,
    ahead: 0,
    inSync: true,
    diverged: false,
    toldMsAgo: 300,
    ...changes,
  };
}

export function memberEvent(
  changed: PeerMember,
  changes: Partial<PeerEvents['member']> = {},
): PeerEvents['member'] {
  return {
    member: changed,
    was: undefined,
    reason: 'joined',
    silentMs: undefined,
    agreed: 0,
    asked: 0,
    ...changes,
  };
}

export interface Spoken {
  readonly from?: PeerId;
  readonly nick?: string;
  readonly text?: string;
  readonly topic?: string;
  readonly payload?: string | Uint8Array;
  readonly atMs?: number;
  readonly sequence?: number;
  readonly generation?: number;
  /** A direct message. */
  readonly to?: PeerId;
}

/** A message as a peer hands it on. */
export function peerMessage(spoken: Spoken = {}): PeerMessage {
  const {
    from = idOf('b'),
    nick = 'bob',
    text = 'hi',
    topic = 'room/lobby',
    atMs = Date.now(),
  } = spoken;
  const { sequence = 1, generation = 1 } = spoken;
  const id: MessageId = { peer: from, generation, sequence };
  const payload = spoken.payload ?? encodePayload({ kind: 'say', text, nick });
  return {
    id,
    key: formatMessageId(id),
    topic: spoken.to === undefined ? topic : directTopic(from, spoken.to),
    payload: Buffer.from(payload),
    text: Buffer.from(payload).toString(),
    from: { id: from, nick },
    time: { ms: atMs, counter: 0 },
    own: from === SELF,
    direct: spoken.to !== undefined,
    to: spoken.to,
    clock: [[streamId(from, generation), sequence - 1]],
  };
}

type Listeners = { [Name in PeerEventName]?: Set<(event: PeerEvents[Name]) => void> };

/** A peer without a network: a test says what happens. */
export class FakePeer implements Peer {
  readonly id: PeerId = SELF;
  readonly generation = 1;
  readonly keys: PeerKeys = {
    ids: ['ab'.repeat(8)],
    install: () => 'cd'.repeat(8),
    use: () => undefined,
    remove: () => undefined,
  };
  readonly cuts: PeerId[] = [];
  readonly drills: PeerDrills = {
    cuts: this.cuts,
    cut: (peer) => this.cuts.push(peer),
    heal: (peer) => {
      this.cuts.splice(
        0,
        this.cuts.length,
        ...this.cuts.filter((cut) => peer !== undefined && cut !== peer),
      );
    },
  };
  linked: PeerLink[] = [];
  clocks = new Map<PeerId, ReadonlyMap<StreamId, number>>();
  readonly port = 7_340;
  readonly url = 'ws://127.0.0.1:7340';
  nick = 'ana';
  others: PeerMember[] = [];
  kept: PeerMessage[] = [];
  holding = { held: 0, live: 0 };
  departure: Departure = { onlyHere: 0, heldBy: 0 };
  congested = false;
  refusal: Error | undefined;
  /** What it takes to keep a message. */
  storing: Promise<void> = Promise.resolve();
  stateHash = '9c21d0e4aaaaaaaa';
  readonly published: { topic: string; payload: string; to?: PeerId }[] = [];
  readonly joined: string[] = [];
  readonly #listeners: Listeners = {};

  emit<Name extends PeerEventName>(name: Name, event: PeerEvents[Name]): void {
    for (const listener of this.#listeners[name] ?? []) listener(event);
  }

  /** Others appear as live members, known to everything that asks. */
  meet(...met: PeerMember[]): void {
    this.others.push(...met);
    this.holding = {
      ...this.holding,
      live: this.others.filter(({ state }) => state === 'alive').length,
    };
  }

  on<Name extends PeerEventName>(
    name: Name,
    listener: (event: PeerEvents[Name]) => void,
  ): () => void {
    const listeners: Set<(event: PeerEvents[Name]) => void> = this.#listeners[name] ?? new Set();
    Object.assign(this.#listeners, { [name]: listeners });
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  publish(topic: string, payload: string | Uint8Array): Publication {
    if (this.refusal !== undefined) throw this.refusal;
    this.published.push({ topic, payload: payload.toString() });
    const id: MessageId = { peer: this.id, generation: 1, sequence: this.published.length };
    return { id, key: formatMessageId(id), links: this.holding.live, congested: this.congested };
  }

  direct(to: PeerId, payload: string | Uint8Array): Publication {
    const publication = this.publish(directTopic(this.id, to), payload);
    const last = this.published.at(-1);
    if (last !== undefined) last.to = to;
    return publication;
  }

  members(): readonly PeerMember[] {
    return [member({ id: this.id, nick: this.nick, self: true, link: 'none' }), ...this.others];
  }

  status(): StatusView {
    const live = this.others.filter(({ state }) => state === 'alive');
    return {
      members: [],
      live: live.length,
      inSync: live.filter(({ inSync }) => inSync).length,
      isolated: false,
      left: false,
      health: 0,
      stateHash: this.stateHash,
      clock: new Map(),
      messages: this.published.length + this.kept.length,
      heldBack: 0,
      equivocations: [],
    };
  }

  history(topic?: string, limit: number = Number.MAX_SAFE_INTEGER): readonly PeerMessage[] {
    return this.kept
      .filter((message) => topic === undefined || message.topic === topic)
      .slice(-limit);
  }

  links(): readonly PeerLink[] {
    return this.linked;
  }

  holdings(id: PeerId): ReadonlyMap<StreamId, number> | undefined {
    return this.clocks.get(id);
  }

  receipt(): { readonly held: number; readonly live: number } {
    return this.holding;
  }

  counters(): ReturnType<Peer['counters']> {
    throw new Error('not needed here');
  }

  subscribe(): AsyncIterable<PeerMessage> {
    throw new Error('not needed here');
  }

  stored(): Promise<void> {
    return this.storing;
  }

  held(): Promise<number> {
    return Promise.resolve(this.holding.held);
  }

  synced(): Promise<void> {
    return Promise.resolve();
  }

  drained(): Promise<void> {
    this.congested = false;
    return Promise.resolve();
  }

  get http(): Peer['http'] {
    throw new Error('not needed here');
  }

  /** What was posted on any port, and to whom; undefined: to all. */
  readonly posted: { readonly text: string; readonly to: PeerId | undefined }[] = [];
  /** What comes to the port that was opened last. */
  received: PortHandlers['received'] = () => undefined;

  open(port: number, handlers: PortHandlers): ReturnType<Peer['open']> {
    this.received = (from, bytes) => handlers.received(from, bytes);
    return {
      port,
      post: (bytes, { to } = {}) => this.posted.push({ text: Buffer.from(bytes).toString(), to }),
      sign: () => new Uint8Array(),
      verify: () => false,
      hash: () => new Uint8Array(32),
      close: () => undefined,
    };
  }

  join(address: string): void {
    this.joined.push(address);
  }

  rename(nick: string): void {
    this.nick = nick;
  }

  leave(): Promise<Departure> {
    return Promise.resolve(this.departure);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
