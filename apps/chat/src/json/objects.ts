import type { Equivocation, StatusView } from '@hearsay/core';
import type { PeerEvents, PeerMember } from '@hearsay/node';
import { textNow } from '../chat/amended-text.js';
import { NO_AMENDMENT, reactionCounts } from '../chat/change.js';
import type { KeyHolders } from '../chat/key-holders.js';
import type { MadeInvite } from '../chat/make-invite.js';
import type { ChatMessage } from '../chat/message.js';
import { ERRAND_TAG } from '../chat/names.js';
import type { ChatChange } from '../chat/session.js';

type Fields = Readonly<Record<string, unknown>>;

/** The fields of `message`. The clock counts the message itself too. */
export function messageFields(message: ChatMessage, history: boolean): Fields {
  const { id, key, place, fromId, nick, text, action, own, sentMs, clock } = message;
  const where = place.kind === 'room' ? { room: place.room } : { direct: place.peer };
  const { text: now, state } = textNow(message);
  const { amendment = NO_AMENDMENT } = message;
  const reactions = reactionCounts(amendment, fromId).map(({ emoji, count }) => [emoji, count]);
  return {
    id: key,
    ...where,
    from: { id: fromId, nick },
    text: state === 'original' ? text : now,
    ...(action ? { action } : {}),
    ...(state === 'original' ? {} : { [state]: true }),
    ...(reactions.length > 0 ? { reactions: Object.fromEntries(reactions) } : {}),
    clock: { ...Object.fromEntries(clock), [`${id.peer}.${id.generation}`]: id.sequence },
    sent: isoTime(sentMs),
    own,
    history,
  };
}

/** The fields of `edit`, `delete` and `reaction`. */
export function changeFields({ key, place, change, nick, own, sentMs }: ChatChange): Fields {
  const where = place.kind === 'room' ? { room: place.room } : { direct: place.peer };
  const base = { id: key, of: change.of, ...where, from: { id: change.by, nick } };
  const what =
    change.kind === 'edit'
      ? { text: change.text }
      : change.kind === 'react'
        ? { emoji: change.emoji, on: change.on }
        : {};
  return { ...base, ...what, sent: isoTime(sentMs), own };
}

/** The fields of `peer`: a member in another state than before. */
export function peerFields({
  member,
  was,
  reason,
  silentMs,
  agreed,
  asked,
}: PeerEvents['member']): Fields {
  return {
    id: member.id,
    nick: member.nick,
    state: member.state,
    was: was ?? null,
    silentMs: silentMs === undefined ? null : Math.round(silentMs),
    inc: member.incarnation,
    gen: member.generation,
    reason,
    agreed,
    asked,
    address: member.addresses[0] ?? null,
    pid: pidOf(member),
    errand: member.tags[ERRAND_TAG] ?? null,
  };
}

/** One element of `members`, and one line of `hearsay peers --json`. Unknown values are null. */
export function memberFields(member: PeerMember): Fields {
  return {
    id: member.id,
    nick: member.nick,
    self: member.self,
    state: member.state,
    forMs: Math.round(member.stateForMs),
    gen: member.generation,
    inc: member.incarnation,
    addresses: member.addresses,
    pid: pidOf(member),
    link: member.self ? 'self' : member.link,
    rttMs: rounded(member.rttMs),
    heardMs: rounded(member.heardMsAgo),
    toldMs: rounded(member.toldMsAgo),
    inSync: member.inSync,
    behind: member.lacks,
    ahead: member.ahead,
    diverged: member.diverged,
    tags: member.tags,
  };
}

/** The fields of `key`, and of the answers to changes of keys. */
export function keyFields({ key, have, use, of, lacking }: KeyHolders): Fields {
  return { key, have, use, of, lacking: lacking.map(({ id, nick }) => ({ id, nick })) };
}

/** The fields of `invite`. `onlyHere`: nobody on another machine can use it. */
export function inviteFields({ line, addresses, warning }: MadeInvite): Fields {
  return { invite: line, addresses, onlyHere: warning !== undefined };
}

/** One of the `proofs` of `status`: two batches as their origin signed them, as hex. */
export function proofFields({ origin, generation, sequence, batches }: Equivocation): Fields {
  const hex = batches.map((bytes) => Buffer.from(bytes).toString('hex'));
  return { origin, generation, sequence, batches: hex };
}

/** The fields of `sync` and of `status`; peers that are level are left out. */
export function syncFields(status: StatusView, members: readonly PeerMember[]): Fields {
  const others = members.filter(({ self, state }) => !self && state === 'alive');
  const pick = (field: 'lacks' | 'ahead'): Readonly<Record<string, number>> =>
    Object.fromEntries(
      others.filter((member) => member[field] > 0).map((member) => [member.id, member[field]]),
    );
  const diverged = others.filter((member) => member.diverged).map(({ id }) => id);
  return {
    inSync: status.live > 0 && status.inSync === status.live,
    live: status.live,
    level: status.inSync,
    behind: pick('lacks'),
    ahead: pick('ahead'),
    ...(diverged.length > 0 ? { diverged } : {}),
    hash: status.stateHash,
    messages: status.messages,
  };
}

function pidOf({ tags }: PeerMember): number | null {
  const pid = Number(tags['pid']);
  return Number.isSafeInteger(pid) && pid > 0 ? pid : null;
}

function rounded(value: number | undefined): number | null {
  return value === undefined ? null : Math.round(value * 10) / 10;
}

function isoTime(wallMs: number): string {
  const date = new Date(wallMs);
  return Number.isNaN(date.getTime()) ? new Date(0).toISOString() : date.toISOString();
}
