/** A JSON object: the port of another peer, and the port of the relay to dial instead. */
export const ROUTES_VARIABLE = 'HEARSAY_LAB_ROUTES';

/** Milliseconds by which the peer's clock is ahead of the machine's. */
export const CLOCK_OFFSET_VARIABLE = 'HEARSAY_LAB_CLOCK_OFFSET_MS';
