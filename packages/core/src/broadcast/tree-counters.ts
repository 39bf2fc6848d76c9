/** What the broadcast trees did since the start. */
export interface TreeCounters {
  relaysSent: number;
  relaysFirst: number;
  relaysDuplicate: number;
  ihavesSent: number;
  ihavesIgnored: number;
  graftsSent: number;
  graftsServed: number;
  graftsUnserved: number;
  /** Batches that a neighbour announced and did not bring when it was asked. */
  graftsFruitless: number;
  /** Times that the announcements of a neighbour began to be ignored. */
  announcersIgnored: number;
  prunesSent: number;
  treesShifted: number;
  treesEvicted: number;
}

/** All counters of the trees at nought. */
export function zeroTreeCounters(): TreeCounters {
  return {
    relaysSent: 0,
    relaysFirst: 0,
    relaysDuplicate: 0,
    ihavesSent: 0,
    ihavesIgnored: 0,
    graftsSent: 0,
    graftsServed: 0,
    graftsUnserved: 0,
    graftsFruitless: 0,
    announcersIgnored: 0,
    prunesSent: 0,
    treesShifted: 0,
    treesEvicted: 0,
  };
}
