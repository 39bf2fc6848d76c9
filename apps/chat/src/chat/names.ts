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

/**
 * Names as they are shown. Two members whose nicks look alike both get the start of their id, so
 * that nobody is taken for somebody else.
 */
export class Names {
  #shown = new Map<PeerId, string>();

  constructor(members: Iterable<Named> = []) {
    this.refresh(members);
  }

  refresh(members: Iterable<Named>): void {
    const alike = new Map<string, Named[]>();
    for (const member of members) {
      const looks = sanitiseNick(member.nick).normalize('NFKC').toLowerCase();
      alike.set(looks, [...(alike.get(looks) ?? []), member]);
    }
    this.#shown = new Map();
    for (const [looks, group] of alike) {
      // One errand after the other may use one name; they are not there at the same time.
      const apart = group.filter(isVisitor).length === group.length ? false : group.length > 1;
      for (const { id, nick } of group) {
        this.#shown.set(id, apart || looks === '' ? withId(nick, id) : sanitiseNick(nick));
      }
    }
  }

  /** The name of a peer; `claimed` is what its message called it, for a peer no longer known. */
  of(id: PeerId, claimed = ''): string {
    return this.#shown.get(id) ?? withId(claimed, id);
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

function withId(nick: string, id: PeerId): string {
  return `${sanitiseNick(nick)}~${shortId(id)}`;
}
