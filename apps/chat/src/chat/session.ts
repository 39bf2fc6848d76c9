import { formatMessageId, type MessageId, type PeerId } from '@hearsay/core';
import type { Peer, PeerMessage, Publication } from '@hearsay/node';
import { roomsMax } from '../limits.js';
import { type Change, type ChangeOf, isAllowed } from './change.js';
import type { ChatMessage } from './message.js';
import { MessageIndex } from './message-index.js';
import { Names } from './names.js';
import {
  type ChangePayload,
  type ChatPayload,
  decodePayload,
  encodeChange,
  encodePayload,
} from './payload.js';
import { type Place, placeOf, topicOf } from './place.js';

/** Somebody changed an earlier message: its author its text, anybody their reaction. */
export interface ChatChange {
  /** The message that carries the change. */
  readonly id: MessageId;
  readonly key: string;
  readonly place: Place;
  readonly change: Change;
  readonly nick: string;
  readonly own: boolean;
  readonly sentMs: number;
  /** The message as it is now; undefined when it is not known here. */
  readonly message: ChatMessage | undefined;
}

export interface Utterance {
  readonly place: Place;
  readonly text: string;
  /** `/me`. */
  readonly action?: boolean;
}

export interface Said {
  readonly message: ChatMessage;
  readonly publication: Publication;
}

/** The chat as every front end sees it: rooms, names, messages in and out. */
export class ChatSession {
  readonly peer: Peer;
  readonly names: Names = new Names();
  readonly #rooms: string[];
  readonly #stops: (() => void)[] = [];
  readonly #lackedAtDeath = new Map<PeerId, number>();
  readonly #index = new MessageIndex();
  readonly #changeListeners = new Set<(change: ChatChange) => void>();
  #malformed = 0;

  constructor(peer: Peer, room: string) {
    this.peer = peer;
    this.#rooms = [room];
    this.refreshNames();
    this.#stops.push(
      peer.on('meta', ({ member }) => this.names.put(member)),
      peer.on('member', ({ member, reason }) => {
        if (reason === 'forgotten') this.names.drop(member.id);
        else this.names.put(member);
        const isKnown = member.state === 'dead' && member.toldMsAgo !== undefined;
        if (isKnown) this.#lackedAtDeath.set(member.id, member.lacks);
        else this.#lackedAtDeath.delete(member.id);
      }),
    );
  }

  /** Joined rooms, in the order of joining. */
  get rooms(): readonly string[] {
    return this.#rooms;
  }

  /** How many of our messages a dead member lacked when it died; later ones do not count. */
  get lackedAtDeath(): ReadonlyMap<PeerId, number> {
    return this.#lackedAtDeath;
  }

  /** Messages that were no chat messages at all, and were dropped. */
  get malformed(): number {
    return this.#malformed;
  }

  /** Takes over a changed nick at once; changes of others are followed. */
  refreshNames(): void {
    this.names.refresh(this.peer.members());
  }

  /** @returns false when there is no room for another room */
  join(room: string): boolean {
    if (this.#rooms.includes(room)) return true;
    if (this.#rooms.length >= roomsMax) return false;
    this.#rooms.push(room);
    return true;
  }

  /** @returns false when it was not joined */
  part(room: string): boolean {
    const index = this.#rooms.indexOf(room);
    if (index < 0) return false;
    this.#rooms.splice(index, 1);
    return true;
  }

  /** True for rooms we are in and for direct messages to or from us. */
  follows(place: Place): boolean {
    return place.kind === 'direct' || this.#rooms.includes(place.room);
  }

  /** @throws PeerError as `Peer.publish` and `Peer.direct` */
  say({ place, text, action = false }: Utterance): Said {
    const { peer } = this;
    const payload = encodePayload({ kind: action ? 'me' : 'say', text, nick: peer.nick });
    const publication =
      place.kind === 'room'
        ? peer.publish(topicOf(place, peer.id), payload)
        : peer.direct(place.peer, payload);
    const message: ChatMessage = {
      id: publication.id,
      key: formatMessageId(publication.id),
      place,
      action,
      text,
      fromId: peer.id,
      nick: peer.nick,
      own: true,
      sentMs: Date.now(),
      clock: [],
    };
    return { message: this.#index.add(message), publication };
  }

  /**
   * Changes an earlier message: the text of our own, or our reaction to any. Listeners hear of it
   * as they hear of those of others.
   * @throws PeerError as `Peer.publish` and `Peer.direct`; Error for a message of somebody else
   */
  change({ key, place }: ChatMessage, change: ChangeOf): Publication {
    const { peer } = this;
    if (!isAllowed({ kind: change.kind, of: key, by: peer.id })) {
      throw new Error('only its author changes a message');
    }
    const payload = encodeChange({ of: key, change, nick: peer.nick });
    return place.kind === 'room'
      ? peer.publish(topicOf(place, peer.id), payload)
      : peer.direct(place.peer, payload);
  }

  /** A message of this session by its key, as it is now; undefined when it is not known (any more). */
  message(key: string): ChatMessage | undefined {
    return this.#index.find(key);
  }

  /** The newest message that fits. */
  lastMessage(fits: (message: ChatMessage) => boolean): ChatMessage | undefined {
    return this.#index.last(fits);
  }

  /** Changes that tell something new, our own too. */
  onChange(listener: (change: ChatChange) => void): void {
    this.#changeListeners.add(listener);
    this.#stops.push(() => this.#changeListeners.delete(listener));
  }

  /** Messages of others, and of our own earlier runs, in causal order. */
  onMessage(listener: (message: ChatMessage) => void): void {
    const stop = this.peer.on('message', (received) => {
      const isOfThisRun = received.own && received.id.generation === this.peer.generation;
      const read = this.#read(received);
      if (read?.kind === 'change') this.#tellChange(read.change);
      if (read?.kind !== 'message' || isOfThisRun || !this.follows(read.message.place)) return;
      listener(read.message);
    });
    this.#stops.push(stop);
  }

  #tellChange(change: ChatChange | undefined): void {
    if (change === undefined || !this.follows(change.place)) return;
    for (const listener of this.#changeListeners) listener(change);
  }

  /** Kept messages of a place, oldest first. */
  history(place: Place, limit: number): ChatMessage[] {
    if (limit === 0) return [];
    const messages: ChatMessage[] = [];
    for (const kept of this.peer.history(topicOf(place, this.peer.id), limit)) {
      const read = this.#read(kept);
      if (read?.kind === 'message') messages.push(read.message);
    }
    // Changes come after what they change.
    return messages.map((message) => this.#index.amend(message));
  }

  close(): void {
    for (const stop of this.#stops.splice(0)) stop();
  }

  #read(received: PeerMessage): Read | undefined {
    const place = placeOf(received);
    if (place === undefined) return undefined;
    const decoded = decodePayload(received.payload);
    switch (decoded.kind) {
      case 'malformed':
        this.#malformed += 1;
        return undefined;
      case 'unknown':
        return undefined;
      case 'change':
        return { kind: 'change', change: this.#readChange(received, place, decoded.payload) };
      case 'chat':
        return { kind: 'message', message: this.#readMessage(received, place, decoded.payload) };
    }
  }

  #readMessage(received: PeerMessage, place: Place, payload: ChatPayload): ChatMessage {
    const { id, key, from, own, time, clock } = received;
    return this.#index.add({
      id,
      key,
      place,
      action: payload.kind === 'me',
      text: payload.text,
      fromId: from.id,
      nick: from.nick ?? payload.nick,
      own,
      // What claims to come from later would make everything after it look old.
      sentMs: Math.min(time.ms, Date.now()),
      clock,
    });
  }

  /** @returns undefined for a change that says nothing new, or that is not its sender's to make */
  #readChange(received: PeerMessage, place: Place, payload: ChangePayload): ChatChange | undefined {
    const { id, key, from, own, time } = received;
    const stamp = { time, key };
    const change: Change = { ...payload.change, of: payload.of, by: from.id, stamp };
    const applied = this.#index.apply(change);
    if (applied === undefined) return undefined;
    const sentMs = Math.min(time.ms, Date.now());
    return { id, key, place, change, nick: from.nick ?? payload.nick, own, sentMs, ...applied };
  }
}

type Read =
  | { readonly kind: 'message'; readonly message: ChatMessage }
  | { readonly kind: 'change'; readonly change: ChatChange | undefined };
