/** Running totals of what the links of a peer met since the start. */
export interface LinkCounters {
  /** Handshakes that gave a link. */
  handshakes: number;
  /** Handshakes that we refused. */
  handshakesRefused: number;
  /** Connections cut because they did not finish the handshake in time. */
  handshakesLate: number;
  /** Connections cut to make room for others. */
  handshakesCrowded: number;
  /** Links closed because a message did not open. */
  messagesUnopened: number;
  /** Times we stopped reading a link that spoke too fast. */
  readPauses: number;
}

/** All counters at nought. */
export function zeroLinkCounters(): LinkCounters {
  return {
    handshakes: 0,
    handshakesRefused: 0,
    handshakesLate: 0,
    handshakesCrowded: 0,
    messagesUnopened: 0,
    readPauses: 0,
  };
}
