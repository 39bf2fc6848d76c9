/** Bounds of what chat programs tell each other beside the messages; all in docs/limits.md. */

/** The port of a peer on which chat programs meet: who is typing, and who holds whom for dead. */
export const SIGNALS_PORT = 5;
/** Bytes of one signal. */
export const signalBytesMax = 512;
/** Signals told in a second, and taken of one neighbour in a second. */
export const signalsPerSecondMax = 64;
/** Milliseconds that somebody types, unless told again. */
export const typingMs = 6_000;
/** Neighbours that type at a time, as far as they are remembered. */
export const typistsMax = 64;
/** Deaths whose verdicts of others are collected at a time. */
export const deathsCollectedMax = 64;
/** Verdicts of others that are remembered of one death. */
export const verdictsPerDeathMax = 256;
