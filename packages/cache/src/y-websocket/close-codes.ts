/**
 * Why a client of the y-websocket protocol is sent away. Stock clients since 3.1 give up after 4400
 * to 4499 and say so; after any other code they dial again, another peer if they know one.
 */
export const CLIENT_CLOSE_CODES = {
  /** The peer ends: try another one. */
  goingAway: 1001,
  /** A message does not decode. */
  malformed: 4400,
  /** A token is needed, or this is not it. */
  unauthorised: 4401,
  /** This client may not open this document. */
  forbidden: 4403,
  /** The path names no document. */
  badKey: 4404,
  /** The document is as large as it may be. */
  tooLarge: 4413,
  /** No room for another client or document at this peer: try another one. */
  busy: 4503,
} as const;

export type ClientCloseCode = (typeof CLIENT_CLOSE_CODES)[keyof typeof CLIENT_CLOSE_CODES];

/** Why a client was sent away, as it is counted: the end of a peer is no refusal. */
export type RefusalReason = Exclude<keyof typeof CLIENT_CLOSE_CODES, 'goingAway'>;

export const NONE_REFUSED: Readonly<Record<RefusalReason, number>> = {
  malformed: 0,
  unauthorised: 0,
  forbidden: 0,
  badKey: 0,
  tooLarge: 0,
  busy: 0,
};
