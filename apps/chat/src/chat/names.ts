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

/** Nicks of authors who are no members now; further ones are shown with their id. */
const CLAIMS_MAX = 1_024;

/**
 * Names as they are shown. Two peers whose nicks look alike both get the start of their id, so
 * that nobody is taken for somebody else: neither for a member, nor for somebody who wrote here
 * and is away.
 */
export class Names {
  #shown = new Map<PeerId, string>();
  /** Who wrote under a nick and was no member then, by what it looks like. */
  readonly #claims = new Map<string, Set<PeerId>>();
  #claimed = 0;

  constructor(members: Iterable<Named> = []) {
    this.refresh(members);
  }

  refresh(members: Iterable<Named>): void {
    const alike = new Map<string, Named[]>();
    for (const member of members) {
      const looks = looksOf(member.nick);
      alike.set(looks, [...(alike.get(looks) ?? []), member]);
    }
    this.#shown = new Map();
    for (const [looks, group] of alike) {
      // One errand after the other may use one name; they are not there at the same time.
      const onErrands = group.every(isVisitor);
      for (const { id, nick } of group) {
        const apart = !onErrands && (group.length > 1 || this.#isClaimedByOther(looks, id));
        this.#shown.set(id, apart || looks === '' ? withId(nick, id) : sanitiseNick(nick));
      }
    }
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
    const isMembers = [...this.#shown.values()].some((name) => looksOf(name) === looks);
    const apart = isMembers || this.#isClaimedByOther(looks, id);
    return apart ? withId(nick, id) : sanitiseNick(nick);
  }

  /** @returns false when there is no room to remember it */
  #claim(looks: string, id: PeerId): boolean {
    const claims = this.#claims.get(looks) ?? new Set();
    if (claims.has(id)) return true;
    if (this.#claimed >= CLAIMS_MAX) return false;
    this.#claimed += 1;
    this.#claims.set(looks, claims.add(id));
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
