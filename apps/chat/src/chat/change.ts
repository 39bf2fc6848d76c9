import { compareIds, type HlcTime, type PeerId } from '@hearsay/core';
import { reactionsMax } from '../limits.js';

/** When something was changed: by the hybrid clock, then by stream, so that all peers agree. */
interface Stamp {
  readonly time: HlcTime;
  /** `<peer>.<generation>:<sequence>` of the message that carries the change. */
  readonly key: string;
}

/** What an author changes of an earlier message. `of` is the key of that message. */
export type Change = ChangeOf & {
  readonly of: string;
  readonly by: PeerId;
  readonly stamp: Stamp;
};

/** What is changed, as a person asks for it. */
export type ChangeOf =
  | { readonly kind: 'edit'; readonly text: string }
  | { readonly kind: 'delete' }
  | { readonly kind: 'react'; readonly emoji: string; readonly on: boolean };

/**
 * What changes made of a message: a register for its text, and one for each reaction of each peer;
 * in each the last writer wins. Changes may come in any order, more than once, and before the
 * message: the result is the same (laws in `change.test.ts`).
 */
export interface Amendment {
  /** Undefined: the text is as it was written. `text` undefined: it was deleted. */
  readonly text: { readonly text: string | undefined; readonly stamp: Stamp } | undefined;
  readonly reactions: ReadonlyMap<string, Reaction>;
}

interface Reaction {
  readonly by: PeerId;
  readonly emoji: string;
  readonly on: boolean;
  readonly stamp: Stamp;
}

export const NO_AMENDMENT: Amendment = { text: undefined, reactions: new Map() };

/** Only the author of a message edits and deletes it; everybody reacts for themselves. */
export function isAllowed({ kind, of, by }: Pick<Change, 'kind' | 'of' | 'by'>): boolean {
  return kind === 'react' || of.startsWith(`${by}.`);
}

/** @returns the same object when the change adds nothing: it is known, older, or not allowed */
export function amended(amendment: Amendment, change: Change): Amendment {
  if (!isAllowed(change)) return amendment;
  switch (change.kind) {
    case 'edit':
    case 'delete': {
      const { stamp } = change;
      if (amendment.text !== undefined && !isLater(stamp, amendment.text.stamp)) return amendment;
      const text = change.kind === 'edit' ? change.text : undefined;
      return { ...amendment, text: { text, stamp } };
    }
    case 'react': {
      const { by, emoji, on, stamp } = change;
      const key = `${by} ${emoji}`;
      const known = amendment.reactions.get(key);
      if (known !== undefined && !isLater(stamp, known.stamp)) return amendment;
      const reactions = new Map(amendment.reactions).set(key, { by, emoji, on, stamp });
      return { ...amendment, reactions: bounded(reactions) };
    }
  }
}

/** The oldest go: by stamp, so that all peers drop the same. */
function bounded(reactions: Map<string, Reaction>): ReadonlyMap<string, Reaction> {
  if (reactions.size <= reactionsMax) return reactions;
  const sorted = [...reactions].sort(([, left], [, right]) =>
    compareStamps(right.stamp, left.stamp),
  );
  return new Map(sorted.slice(0, reactionsMax));
}

/** Reactions that stand, in the order of the first of each, with how many and whether we are one. */
export function reactionCounts(
  { reactions }: Amendment,
  self: PeerId,
): readonly { readonly emoji: string; readonly count: number; readonly own: boolean }[] {
  const standing = [...reactions.values()]
    .filter(({ on }) => on)
    .sort((left, right) => compareStamps(left.stamp, right.stamp));
  const counts = new Map<string, { emoji: string; count: number; own: boolean }>();
  for (const { emoji, by } of standing) {
    const known = counts.get(emoji) ?? { emoji, count: 0, own: false };
    counts.set(emoji, { emoji, count: known.count + 1, own: known.own || by === self });
  }
  return [...counts.values()];
}

function isLater(left: Stamp, right: Stamp): boolean {
  return compareStamps(left, right) > 0;
}

function compareStamps(left: Stamp, right: Stamp): number {
  const { time } = left;
  return (
    time.ms - right.time.ms || time.counter - right.time.counter || compareIds(left.key, right.key)
  );
}
