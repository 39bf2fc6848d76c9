/** Pages that watch at once; one more is refused with 503. */
export const WATCHERS_MAX = 16;

/** Members of one snapshot; of more the page is told how many it does not see. */
export const MEMBERS_SHOWN_MAX = 64;

/** Writers whose messages the table of clocks counts, by what is held here. */
export const WRITERS_SHOWN_MAX = 12;

/** Bytes that may wait for a watcher; with more it is slow, and passed over until it took them. */
export const WATCHER_WAITING_BYTES_MAX = 0;

/** A watcher has nothing to say: a message over this cuts it off, a shorter one closes it in order. */
export const WATCHER_MESSAGE_BYTES_MAX = 1;
