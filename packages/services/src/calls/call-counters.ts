/** What happened to calls so far; each only grows. */
export interface CallCounters {
  calls: number;
  replied: number;
  failed: number;
  /** Attempts after the first that cost something. */
  retried: number;
  /** Attempts that were certainly not taken and went elsewhere. */
  diverted: number;
  hedged: number;
  /** Asked again at the same provider, by the same operation. */
  resent: number;
  /** Retries that the budget did not allow. */
  refusedRetries: number;
  /** Answers to attempts that were over. */
  stray: number;
}

export function noCalls(): CallCounters {
  return {
    calls: 0,
    replied: 0,
    failed: 0,
    retried: 0,
    diverted: 0,
    hedged: 0,
    resent: 0,
    refusedRetries: 0,
    stray: 0,
  };
}
