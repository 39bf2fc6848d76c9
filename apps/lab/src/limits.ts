/** A line of a child longer than this ends the reading: it is not one of our protocols. */
export const lineCharactersMax: number = 64 * 2 ** 20;

/** Lines of a child's stderr that are kept to explain why it ended. */
export const diagnosticLinesMax = 20;

/** A process that was asked to end and still runs after this long is killed. */
export const endGraceMs = 5_000;

/** Bytes that one direction of one connection holds in the relay; then it stops reading. */
export const flowBytesMax: number = 256 * 2 ** 10;

/** A slow direction passes on at least so many bytes at once, and holds at least so many. */
export const slowPieceBytesMin: number = 2 ** 10;

/** Entries that each list of a chronicle keeps; then a tenth of them, the oldest, goes. */
export const chronicleEntriesMax = 20_000;
