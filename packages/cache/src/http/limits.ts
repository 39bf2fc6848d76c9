const KIB = 1_024;
const MIB = 1_024 * KIB;

/** Bytes of the JSON of a change to a counter, set or hash: every byte of a value may be an escape. */
export const CHANGE_BYTES_MAX: number = 8 * MIB;
/** Entries looked at for one page of a list; more are for the next page. */
export const PAGE_MAX = 1_000;
/** Longest wait for others that a request may ask for; a longer one is refused. */
export const WAIT_MS_MAX = 60_000;
/** Characters of a text value that a watcher is told; of a longer one only that it changed. */
export const WATCHED_VALUE_CHARS_MAX: number = 64 * KIB;
