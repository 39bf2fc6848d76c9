import type { Dot } from './clock/dot.js';
import type { HlcTime } from './clock/hybrid-logical-clock.js';
import type { MessageId, PeerId, StreamId, Topic } from './ids.js';
import type { Address, LinkId } from './input.js';
import type { MemberState } from './membership/member.js';
import type { Priority } from './priority.js';
import type { Port } from './wire/post.js';

/** One message as every peer delivers it. */
export interface Message {
  readonly id: MessageId;
  readonly topic: Topic;
  readonly payload: Uint8Array;
  /** When its author published it; agrees with cause and effect. */
  readonly time: HlcTime;
  /** Its causes: for each stream the last message its author had delivered. Shared by a batch. */
  readonly clock: readonly (readonly [StreamId, number])[];
}

/** Why a member changed its state; printed on screens and in logs. */
export type MemberReason =
  | 'joined'
  | 'heard-of'
  | 'restarted'
  | 'link-lost'
  | 'no-answer'
  | 'gossip'
  | 'refused'
  | 'others-agree'
  | 'suspicion-timeout'
  | 'answered'
  | 'refuted'
  | 'goodbye'
  | 'lease-ended'
  | 'forgotten';

/** A member seen in another state than before. */
export interface MemberChange {
  readonly peer: PeerId;
  readonly generation: number;
  readonly incarnation: number;
  readonly state: MemberState;
  readonly was: MemberState | undefined;
  readonly reason: MemberReason;
  /** Since anything was last heard of it directly; undefined when never. */
  readonly silentMs: number | undefined;
  /** Other members that said the same. */
  readonly agreed: number;
  /** Members asked to probe it. */
  readonly asked: number;
}

/** What a host may show or hand on. */
export type PeerEvent =
  | { readonly kind: 'member'; readonly change: MemberChange }
  /** The opaque description of a member changed (`set-meta`, or first heard). */
  | { readonly kind: 'meta'; readonly peer: PeerId; readonly meta: Uint8Array }
  | {
      readonly kind: 'link-up';
      readonly peer: PeerId;
      readonly link: LinkId;
      readonly dialled: boolean;
      readonly address: Address | undefined;
    }
  | {
      readonly kind: 'link-down';
      readonly peer: PeerId;
      readonly link: LinkId;
      readonly reason: string;
    }
  /** We or they refused the link during the handshake, or a frame was malformed. */
  | {
      readonly kind: 'refused';
      readonly link: LinkId;
      readonly address: Address | undefined;
      readonly peer: PeerId | undefined;
      readonly code: number;
      readonly reason: string;
      readonly by: 'us' | 'them';
    }
  | {
      readonly kind: 'dial-failed';
      readonly address: Address;
      readonly attempt: number;
      readonly retryMs: number;
      readonly detail: string;
    }
  /** Most links went at once: verdicts are frozen until somebody answers. */
  | { readonly kind: 'isolated'; readonly lost: number; readonly of: number }
  | { readonly kind: 'isolation-ended'; readonly afterMs: number }
  /** This process did not run for a while; verdicts wait. */
  | { readonly kind: 'stalled'; readonly ms: number }
  /** Another process runs under our id with a newer generation: stop. */
  | { readonly kind: 'superseded'; readonly generation: number }
  /** An origin signed two different things for one message; the proof is in the status. Told once a stream. */
  | {
      readonly kind: 'equivocation';
      readonly peer: PeerId;
      readonly generation: number;
      readonly sequence: number;
    }
  /** Messages of a stream that nobody keeps any more were skipped. */
  | { readonly kind: 'gap'; readonly stream: StreamId; readonly from: number; readonly to: number }
  /** So many newer runs of a peer have said something that this one does not count any more; nothing of it is kept. */
  | { readonly kind: 'retired'; readonly stream: StreamId; readonly last: number }
  /** A pull of missing messages ended; `messages` arrived by it. */
  | {
      readonly kind: 'caught-up';
      readonly peer: PeerId;
      readonly messages: number;
      readonly tookMs: number;
    }
  /** Messages waited too long for another that nobody brings; they come again with it. */
  | {
      readonly kind: 'gave-up';
      readonly stream: StreamId;
      readonly from: number;
      readonly to: number;
      readonly missing: Dot;
    }
  /** A stream beyond `streamsMax`: what its author says does not reach us. Told once a stream. */
  | { readonly kind: 'no-room'; readonly stream: StreamId; readonly limit: number }
  | {
      readonly kind: 'lagged';
      readonly peer: PeerId;
      readonly frames: number;
      readonly bytes: number;
    };

/** What a step of the engine asks its host to do, in order. */
export type Effect =
  | {
      readonly kind: 'send';
      readonly link: LinkId;
      readonly bytes: Uint8Array;
      readonly priority: Priority;
    }
  | { readonly kind: 'dial'; readonly address: Address }
  /** Send what is queued, then close with this code. */
  | {
      readonly kind: 'close';
      readonly link: LinkId;
      readonly code: number;
      readonly reason: string;
    }
  /** Call `handle({ kind: 'wake' })` at this monotonic time; replaces the wish before. */
  | { readonly kind: 'wake'; readonly atMs: number }
  | { readonly kind: 'published'; readonly id: MessageId; readonly links: number }
  /** Links that a post goes out on. */
  | { readonly kind: 'posted'; readonly links: number }
  /** A neighbour posted to a port that is open here; `bytes` are a view of what its link received. */
  | {
      readonly kind: 'post';
      readonly from: PeerId;
      readonly generation: number;
      readonly port: Port;
      readonly bytes: Uint8Array;
    }
  /** Anti-entropy brought something into the replica of a port. */
  | {
      readonly kind: 'repaired';
      readonly port: Port;
      readonly from: PeerId;
      readonly added: number;
    }
  /** Messages in causal order, each exactly once. `own` are those published here. */
  | { readonly kind: 'deliver'; readonly messages: readonly Message[]; readonly own: boolean }
  | { readonly kind: 'event'; readonly event: PeerEvent };
