/** A line of a child longer than this ends the reading: it is not one of our protocols. */
export const lineCharactersMax: number = 64 * 2 ** 20;

/** Lines of a child's stderr that are kept to explain why it ended. */
export const diagnosticLinesMax = 20;

/** A process that was asked to end and still runs after this long is killed. */
export const endGraceMs = 5_000;
