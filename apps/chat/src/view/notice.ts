import type { MemberReason, MemberState } from '@hearsay/core';
import type { PeerEvents } from '@hearsay/node';
import type { ChatMessage } from '../chat/message.js';
import type { ChatChange } from '../chat/session.js';

/** How many live others hold a message. */
export interface Holding {
  readonly held: number;
  readonly live: number;
}

/** One thing to tell the person at the screen. Names in it are already fit to be shown. */
export type Notice =
  | MessageNotice
  /** Old messages follow: kept here, fetched at the start, or late (written while we were apart). */
  | {
      readonly kind: 'backlog';
      readonly origin: 'kept' | 'fetched' | 'late';
      readonly count: number;
      readonly shown: number;
      readonly fromMs: number;
      readonly toMs: number;
    }
  | {
      readonly kind: 'found';
      readonly names: readonly string[];
      readonly tookMs: number;
      readonly inSync: InSync | undefined;
    }
  | { readonly kind: 'in-sync'; readonly inSync: InSync }
  | MemberNotice
  | NoticedNotice
  | { readonly kind: 'flapping'; readonly name: string; readonly returns: number }
  | {
      readonly kind: 'calm';
      readonly name: string;
      readonly state: MemberState;
      readonly changes: number;
    }
  /** Somebody changed an earlier message. */
  | {
      readonly kind: 'change';
      readonly name: string;
      readonly change: ChatChange;
      /** Of another room than the one being looked at. */
      readonly elsewhere: boolean;
    }
  | { readonly kind: 'renamed'; readonly name: string; readonly was: string }
  | {
      readonly kind: 'caught-up';
      readonly name: string;
      readonly messages: number;
      readonly tookMs: number;
    }
  /** Own messages that not every live peer holds after a while. */
  | {
      readonly kind: 'unheld';
      readonly count: number;
      readonly holding: Holding;
      readonly behind: readonly string[];
    }
  /** The same ones later, when all live peers hold them. */
  | { readonly kind: 'held'; readonly count: number }
  | { readonly kind: 'isolated'; readonly lost: number; readonly of: number }
  | { readonly kind: 'reconnected' }
  | { readonly kind: 'stalled'; readonly ms: number }
  | {
      readonly kind: 'lagged';
      readonly name: string;
      readonly frames: number;
      readonly bytes: number;
    }
  | {
      readonly kind: 'refused';
      readonly who: string;
      readonly by: 'us' | 'them';
      readonly reason: string;
    }
  | {
      readonly kind: 'unreachable';
      readonly address: string;
      readonly detail: string;
      readonly attempt: number;
      readonly retryMs: number;
    }
  | { readonly kind: 'gap'; readonly name: string; readonly messages: number }
  | { readonly kind: 'diverged'; readonly name: string }
  | {
      readonly kind: 'key';
      readonly change: PeerEvents['keys']['change'];
      readonly key: string;
    }
  | { readonly kind: 'warning'; readonly message: string };

export interface InSync {
  readonly live: number;
  readonly messages: number;
}

export interface MessageNotice {
  readonly kind: 'message';
  readonly message: ChatMessage;
  readonly name: string;
  /** The other end of a direct message of our own. */
  readonly toName: string | undefined;
  /** Said in another room than the one being looked at. */
  readonly elsewhere: boolean;
  /** For own messages, as known when the line is printed. */
  readonly holding: Holding | undefined;
}

export interface MemberNotice {
  readonly kind: 'member';
  readonly name: string;
  readonly state: MemberState;
  readonly was: MemberState | undefined;
  readonly reason: MemberReason;
  readonly address: string | undefined;
  readonly generation: number;
  readonly incarnation: number;
  readonly silentMs: number | undefined;
  readonly agreed: number;
  readonly asked: number;
}

/** Who else holds a member for dead that we hold for dead, and since when. */
export interface NoticedNotice {
  readonly kind: 'noticed';
  readonly name: string;
  /** The first one first; negative: before we did. */
  readonly others: readonly { readonly name: string; readonly afterMs: number }[];
  /** Live others that have not said so. */
  readonly silent: readonly string[];
}
