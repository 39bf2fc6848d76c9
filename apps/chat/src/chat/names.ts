import { type PeerId, shortId } from '@hearsay/core';
import type { PeerMember } from '@hearsay/node';
import { nearMatch } from '../text/near-match.js';
import { sanitiseNick } from '../text/sanitise.js';

/** The tag of peers that come for one errand (`send`, `peers`, `wait-sync`) and go again. */
export const ERRAND_TAG = 'errand';

/** What finding a member by a typed name came to. */
export type Found =
  | { readonly kind: 'one'; readonly id: PeerId }
  | { readonly kind: 'none'; readonly near: string | undefined }
  | { readonly kind: 'several'; readonly names: readonly string[] };

type Named = Pick<PeerMember, 'id' | 'nick' | 'tags'>;

/** What names need to know of a member. */
interface Known {
  readonly nick: string;
  /** What the nick looks like. */
  readonly looks: string;
  /** It came for one errand. */
  readonly visitor: boolean;
}

/** Nicks of authors who are no members now; further ones are shown with their id. */
const CLAIMS_MAX = 1_024;

/**
 * Names as they are shown. Two peers whose nicks look alike both get the start of their id, so
 * that nobody is taken for somebody else: neither for a member, nor for somebody who wrote here
 * and is away.
 */
export class Names {
  readonly #members = new Map<PeerId, Known>();
  /** Members by what their nick looks like. */
  readonly #alike = new Map<string, Set<PeerId>>();
  readonly #shown = new Map<PeerId, string>();
  /** Who wrote under a nick and was no member then, by what it looks like. */
  readonly #claims = new Map<string, Set<PeerId>>();
  #claimed = 0;

  constructor(members: Iterable<Named> = []) {
    this.refresh(members);
  }

  /** Takes over the whole list. */
  refresh(members: Iterable<Named>): void {
    const gone = new Set(this.#members.keys());
    for (const member of members) {
      gone.delete(member.id);
      this.put(member);
    }
    for (const id of gone) this.drop(id);
  }

  /** A member came, or changed; costs no more in a crowd, except one of namesakes. */
  put(member: Named): void {
    const { id, nick } = member;
    const visitor = isVisitor(member);
    const known = this.#members.get(id);
    if (known?.nick === nick && known.visitor === visitor) return;
    this.drop(id);
    const looks = looksOf(nick);
    this.#members.set(id, { nick, looks, visitor });
    const group = this.#alike.get(looks) ?? new Set();
    this.#alike.set(looks, group.add(id));
    this.#name(looks, group);
  }

  /** It is no member any more. */
  drop(id: PeerId): void {
    const known = this.#members.get(id);
    if (known === undefined) return;
    this.#members.delete(id);
    this.#shown.delete(id);
    const group = this.#alike.get(known.looks);
    group?.delete(id);
    if (group === undefined || group.size === 0) this.#alike.delete(known.looks);
    else this.#name(known.looks, group);
  }

  /** The name of a peer; `claimed` is what its message, which it signed, called it. */
  of(id: PeerId, claimed = ''): string {
    return this.#shown.get(id) ?? this.#nameOfAbsent(id, claimed);
  }

  /** The member that a person means by a typed name, `name~id`, or id. */
  find(text: string): Found {
    const wanted = text.toLowerCase();
    const exact = [...this.#shown].filter(
      ([id, name]) => name.toLowerCase() === wanted || id === wanted,
    );
    const [only] = exact;
    if (only !== undefined && exact.length === 1) return { kind: 'one', id: only[0] };
    const shared = [...this.#shown].filter(([, name]) =>
      name.toLowerCase().startsWith(`${wanted}~`),
    );
    if (shared.length > 0) return { kind: 'several', names: shared.map(([, name]) => name) };
    return { kind: 'none', near: nearMatch(text, this.#typable()) };
  }

  #nameOfAbsent(id: PeerId, nick: string): string {
    const looks = looksOf(nick);
    if (looks === '' || !this.#claim(looks, id)) return withId(nick, id);
    const apart = this.#alike.has(looks) || this.#isClaimedByOther(looks, id);
    return apart ? withId(nick, id) : sanitiseNick(nick);
  }

  #name(looks: string, group: ReadonlySet<PeerId>): void {
    const members = [...group].map((id) => ({ id, known: this.#members.get(id) }));
    // One errand after the other may use one name; they are not there at the same time.
    const onErrands = members.every(({ known }) => known?.visitor);
    for (const { id, known } of members) {
      const nick = known?.nick ?? '';
      const apart = !onErrands && (group.size > 1 || this.#isClaimedByOther(looks, id));
      this.#shown.set(id, apart || looks === '' ? withId(nick, id) : sanitiseNick(nick));
    }
  }

  /** @returns false when there is no room to remember it */
  #claim(looks: string, id: PeerId): boolean {
    const claims = this.#claims.get(looks) ?? new Set();
    if (claims.has(id)) return true;
    if (this.#claimed >= CLAIMS_MAX) return false;
    this.#claimed += 1;
    this.#claims.set(looks, claims.add(id));
    const group = this.#alike.get(looks);
    if (group !== undefined) this.#name(looks, group);
    return true;
  }

  #isClaimedByOther(looks: string, id: PeerId): boolean {
    const claims = this.#claims.get(looks);
    return claims !== undefined && (claims.size > 1 || !claims.has(id));
  }

  /** Every name, and what stands before its `~`: the slip may be in that part. */
  #typable(): readonly string[] {
    return [...new Set(this.all().flatMap((name) => [name, name.replace(/~.*$/, '')]))];
  }

  all(): readonly string[] {
    return [...this.#shown.values()];
  }
}

/** True for a peer that came for one errand: its coming and going is no news. */
export function isVisitor({ tags }: Pick<PeerMember, 'tags'>): boolean {
  return tags[ERRAND_TAG] !== undefined;
}

/** Equal for nicks that an eye may take for each other. */
function looksOf(nick: string): string {
  return sanitiseNick(nick).normalize('NFKC').toLowerCase();
}

function withId(nick: string, id: PeerId): string {
  return `${sanitiseNick(nick)}~${shortId(id)}`;
}
