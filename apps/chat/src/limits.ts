/** Every bound of the program on what others, or a pipe, can make grow. */

/** UTF-8 bytes of one message's text; longer input is refused with a line, never cut. */
export const messageBytesMax = 32_768;
/** Bytes of one JSON request: a message whose every character is written as an escape still fits. */
export const requestBytesMax: number = 8 * messageBytesMax;
/** Rows of one message on a screen; the rest is counted, and `--json` shows it whole. */
export const shownLinesMax = 40;
/** Characters of one message on a screen. */
export const shownCharsMax = 4_000;
/** Characters of a nick on a screen. */
export const shownNickCharsMax = 32;
/** Combining marks after one character; a longer tower is cut. */
export const combiningMarksMax = 6;
/** Bytes that wait for a slow reader of stdout; over it whole lines are dropped and counted. */
export const outputBytesMax: number = 8 * 1_024 * 1_024;
/** Own messages watched until every live peer holds them; the oldest is forgotten first. */
export const watchedMessagesMax = 1_000;
/** Own messages that `/receipts` lists. */
export const receiptsShownMax = 10;
/** Earlier messages of a room shown at its start, unless `--history` says otherwise. */
export const historyShownDefault = 100;
/** The same for programs: a log on disk may hold millions. */
export const historyEmittedDefault = 1_000;
/** Messages that wait to be shown as one block when others bring old ones; more only count. */
export const backlogMessagesMax = 10_000;
/** Rooms joined at once. */
export const roomsMax = 32;
/** Characters of a room's name. */
export const roomCharsMax = 48;
/** Different repeated notices remembered, so that one fault does not fill the screen. */
export const repeatKeysMax = 256;
/** Characters of `ref` in a request. */
export const refCharsMax = 128;

/** Messages of a program that wait for their `ok`; further requests wait until there is room. */
export const unacknowledgedMax = 1_000;
/** Entries of a conversation held for the screen; older ones are read from the log again. */
export const scrollbackEntriesMax = 100_000;
/** Messages of a conversation read from the log when it is opened; more when somebody scrolls up. */
export const keptPageMessages = 500;
/** Lines that can be recalled with the Up key. */
export const inputHistoryMax = 500;
/** Events of the mesh kept for its view and for export; the oldest go. */
export const meshEventsMax = 1_000;
/** The longest that `/pause` stands still. */
export const pauseMsMax = 60_000;
/** Messages that can be changed, and whose changes are remembered; the one not touched the longest goes. */
export const indexedMessagesMax = 20_000;
/** Reactions remembered of one message, those taken back included; the oldest go. */
export const reactionsMax = 256;
/** Characters (UTF-16) of one reaction: the longest emoji have about 20. */
export const reactionCharsMax = 32;
/** Characters of the configuration file. */
export const configBytesMax = 65_536;
/** Streams of which it is kept how far a conversation was read; the one read the longest ago goes. */
export const markStreamsMax = 256;
/** Conversations of which it is kept how far they were read; the one read the longest ago goes. */
export const markedPlacesMax = 256;
/** Characters of the file of what was read: all of them, with room to spare. A larger one is ignored. */
export const markFileBytesMax: number = 8 * 1_024 * 1_024;
/** Bytes of what a peer of this machine tells of its members; more is not read. */
export const toldMembersBytesMax: number = 16 * 1_024 * 1_024;
/** Rows of the screen that a draft takes; a longer one scrolls. */
export const draftRowsMax = 8;
