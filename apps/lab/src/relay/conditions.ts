/** How bytes travel from one peer to another, whoever dialled. */
export interface Conditions {
  /** Nothing gets through, and nobody is told. */
  readonly cut: boolean;
  readonly delayMs: number;
  /** Up to this much more delay, anew for each piece; order is kept. */
  readonly jitterMs: number;
  /** Infinity: as fast as it goes. */
  readonly bytesPerSecond: number;
}

/** A wire that nobody harmed. */
export const CLEAR: Conditions = {
  cut: false,
  delayMs: 0,
  jitterMs: 0,
  bytesPerSecond: Number.POSITIVE_INFINITY,
};

/**
 * Splits peers into groups in which everybody can reach everybody, in any number of hops. A hop
 * needs both directions: a connection is of no use when only one side is heard.
 */
export function reachableGroups(
  peers: readonly string[],
  isCut: (from: string, to: string) => boolean,
): readonly (readonly string[])[] {
  const left = new Set(peers);
  const groups: string[][] = [];
  for (const first of peers) {
    if (!left.delete(first)) continue;
    const group = [first];
    // Grows while it is walked: whoever is found is asked for its own neighbours later.
    for (const member of group) {
      for (const other of [...left]) {
        if (isCut(member, other) || isCut(other, member)) continue;
        left.delete(other);
        group.push(other);
      }
    }
    groups.push(group);
  }
  return groups;
}
