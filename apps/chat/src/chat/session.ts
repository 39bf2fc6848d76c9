import { formatMessageId, type MessageId, type PeerId } from '@hearsay/core';
import type { Peer, PeerMessage, Publication } from '@hearsay/node';
import { roomsMax } from '../limits.js';
import { Names } from './names.js';
import { decodePayload, encodePayload } from './payload.js';
import { type Place, placeOf, topicOf } from './place.js';

/** A message of a room or a direct conversation, checked but not yet fit for a screen. */
export interface ChatMessage {
  readonly id: MessageId;
  /** `<peer>.<generation>:<sequence>`. */
  readonly key: string;
  readonly place: Place;
  readonly action: boolean;
  readonly text: string;
  readonly fromId: PeerId;
  /** The author's nick now, or what it called itself when it wrote this; not fit for a screen. */
  readonly nick: string;
  readonly own: boolean;
  readonly sentMs: number;
  readonly clock: PeerMessage['clock'];
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
    return { message, publication };
  }

  /** Messages of others, and of our own earlier runs, in causal order. */
  onMessage(listener: (message: ChatMessage) => void): void {
    const stop = this.peer.on('message', (received) => {
      const { peer } = this;
      if (received.own && received.id.generation === peer.generation) return;
      const message = this.#read(received);
      if (message !== undefined && this.follows(message.place)) listener(message);
    });
    this.#stops.push(stop);
  }

  /** Kept messages of a place, oldest first. */
  history(place: Place, limit: number): ChatMessage[] {
    if (limit === 0) return [];
    return this.peer
      .history(topicOf(place, this.peer.id), limit)
      .map((kept) => this.#read(kept))
      .filter((message) => message !== undefined);
  }

  close(): void {
    for (const stop of this.#stops.splice(0)) stop();
  }

  #read(received: PeerMessage): ChatMessage | undefined {
    const place = placeOf(received);
    if (place === undefined) return undefined;
    const decoded = decodePayload(received.payload);
    if (decoded.kind === 'malformed') this.#malformed += 1;
    if (decoded.kind !== 'chat') return undefined;
    const { id, key, from, own, time, clock } = received;
    const { kind, text, nick } = decoded.payload;
    return {
      id,
      key,
      place,
      action: kind === 'me',
      text,
      fromId: from.id,
      nick: from.nick ?? nick,
      own,
      // What claims to come from later would make everything after it look old.
      sentMs: Math.min(time.ms, Date.now()),
      clock,
    };
  }
}
