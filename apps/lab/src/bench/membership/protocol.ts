import type { MemberReason, MemberState } from '@hearsay/core';

/** What the bench writes to an agent, one JSON object a line. */
export type AgentCommand =
  /** Publish one stamped message. */
  | { readonly do: 'publish'; readonly bytes: number }
  /** Print the ages of all messages received since the last time. */
  | { readonly do: 'report-ages' }
  /** Say goodbye and end. */
  | { readonly do: 'leave' };

/** What an agent prints, one JSON object a line; every `atMs` is `clockMs()` in its process. */
export type AgentRecord =
  | { readonly kind: 'ready'; readonly atMs: number; readonly id: string; readonly port: number }
  | {
      readonly kind: 'member';
      readonly atMs: number;
      readonly id: string;
      readonly state: MemberState;
      readonly reason: MemberReason | 'first-look';
    }
  | { readonly kind: 'leaving'; readonly atMs: number }
  | { readonly kind: 'ages'; readonly agesMs: readonly number[] };
