import type { Cache } from '@hearsay/cache';
import type { MadeInvite } from '../chat/make-invite.js';
import type { ChatSession } from '../chat/session.js';
import type { BoundedOutput } from '../output/bounded-output.js';
import type { ReadMarkFile, ReadMarks } from '../profile/read-marks.js';
import type { KeyMap } from '../screen/model/keys.js';
import type { Signals } from '../signals/signals.js';
import type { Look } from '../text/look.js';
import type { StartView } from '../view/start-words.js';

/** Why a front end came to its end. */
export type Ending =
  /** The person, or the program, asked to leave. */
  | 'asked'
  /** Nothing more comes on stdin. */
  | 'input-ended';

/** What every front end is given. */
export interface FrontContext {
  readonly session: ChatSession;
  readonly start: StartView;
  /** Undefined without a cache. Rejects when it cannot be opened. */
  readonly cache?: (() => Promise<Cache>) | undefined;
  readonly look: Look;
  /** Undefined when nobody can be dialled. */
  readonly invite: () => MadeInvite | undefined;
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WriteStream;
  /** Lines for stdout that never hold up the peer. */
  readonly data: BoundedOutput;
  /** One line on stderr. */
  readonly diagnose: (line: string) => void;
  /** Earlier messages shown of a room; undefined: as many as suit the front end. */
  readonly historyMax: number | undefined;
  /** Faults on purpose may be made. */
  readonly drillsAllowed: boolean;
  /** What is odd about the configuration. */
  readonly warnings: readonly string[];
  /** Ring when somebody calls us. */
  readonly bell: boolean;
  /** Keys of the whole screen. */
  readonly keys: KeyMap;
  /** Where it is kept what was read, and what was; undefined: nowhere. */
  readonly reading?:
    | { readonly file: ReadMarkFile; readonly marks: ReadMarks | undefined }
    | undefined;
  /** What chat programs tell each other beside the messages; undefined: nothing. */
  readonly signals?: Signals | undefined;
}

/** A way to chat: a terminal, lines of text, or JSON. */
export interface Front {
  /** Runs until somebody wants to leave. */
  run(): Promise<Ending>;
  /** Ctrl-C came as a signal. @returns true when it only cleared something, or asks again */
  interrupt(): boolean;
  /** Nothing more comes: gives the terminal back. Idempotent. */
  stop(): void;
  /** The last line, after the goodbye. */
  farewell(summary: Farewell): void;
}

export interface Farewell {
  readonly line: string;
  readonly onlyHere: number;
  readonly heldBy: number;
  readonly events: number;
  readonly ranMs: number;
}
