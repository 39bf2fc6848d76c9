import { type MemberView, type PeerId, shortId } from '@hearsay/core';
import type { PeerMember } from '../api.js';
import { decodeMeta, type MemberMeta } from '../member-meta.js';

const TAIL_CHARS = 4;
const NO_META: MemberMeta = { nick: undefined, tags: {} };

interface KnownMeta extends MemberMeta {
  readonly bytes: Uint8Array;
}

/** Somebody says something else of itself than before. */
export interface MetaChange {
  readonly wasNick: string | undefined;
}

/** What members say of themselves, decoded once. */
export class Roster {
  readonly #membersMax: number;
  readonly #metas = new Map<PeerId, KnownMeta>();
  /** Members that go by a nick, written small: `Ana` and `ana` are not told apart by ear. */
  readonly #namesakes = new Map<string, number>();

  constructor(membersMax: number) {
    this.#membersMax = membersMax;
  }

  /** @returns what it said before when that was different, or undefined */
  set(peer: PeerId, meta: Uint8Array): MetaChange | undefined {
    const before = this.#metas.get(peer);
    if (before !== undefined && sameBytes(before.bytes, meta)) return undefined;
    this.forget(peer);
    const oldest = this.#metas.keys().next();
    if (this.#metas.size >= this.#membersMax && oldest.done !== true) this.forget(oldest.value);
    const decoded = decodeMeta(meta);
    this.#metas.set(peer, { ...decoded, bytes: meta });
    this.#count(decoded.nick, 1);
    return { wasNick: before?.nick };
  }

  forget(peer: PeerId): void {
    const known = this.#metas.get(peer);
    if (known === undefined) return;
    this.#metas.delete(peer);
    this.#count(known.nick, -1);
  }

  nickOf(peer: PeerId): string | undefined {
    return this.#metas.get(peer)?.nick;
  }

  /** One member as screens show it. */
  describe(view: MemberView, nowMs: number): PeerMember {
    const { peer, sync, heardMs } = view;
    // An event about a newcomer comes before the one about what it says of itself.
    if (view.meta.length > 0 && !this.#metas.has(peer)) this.set(peer, view.meta);
    const { nick, tags } = this.#metas.get(peer) ?? NO_META;
    return {
      id: peer,
      nick: nick ?? shortId(peer),
      label: this.#label(peer, nick),
      self: view.self,
      state: view.state,
      stateForMs: Math.max(0, nowMs - view.sinceMs),
      generation: view.generation,
      incarnation: view.incarnation,
      addresses: view.addresses,
      tags,
      link: linkOf(view),
      rttMs: view.rttMs,
      heardMsAgo: heardMs === undefined ? undefined : Math.max(0, nowMs - heardMs),
      lacks: sync.lacks,
      ahead: sync.ahead,
      inSync: sync.inSync,
      diverged: sync.diverged,
      toldMsAgo: sync.atMs === undefined ? undefined : Math.max(0, nowMs - sync.atMs),
    };
  }

  #label(peer: PeerId, nick: string | undefined): string {
    if (nick === undefined) return shortId(peer);
    const shared = (this.#namesakes.get(nick.toLowerCase()) ?? 0) > 1;
    return shared ? `${nick}~${peer.slice(-TAIL_CHARS)}` : nick;
  }

  #count(nick: string | undefined, change: number): void {
    if (nick === undefined) return;
    const key = nick.toLowerCase();
    const count = (this.#namesakes.get(key) ?? 0) + change;
    if (count > 0) this.#namesakes.set(key, count);
    else this.#namesakes.delete(key);
  }
}

function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, index) => byte === right[index]);
}

function linkOf({ link }: MemberView): PeerMember['link'] {
  if (link === undefined) return 'none';
  return link.dialled ? 'out' : 'in';
}
