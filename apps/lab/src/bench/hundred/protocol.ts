import type { MemberReason, MemberState } from '@hearsay/core';

/** What the bench writes to a host of peers, one JSON object a line. */
export type HostCommand =
  /** Start one more peer here. */
  | { readonly do: 'start'; readonly label: string; readonly seeds: readonly string[] }
  /** One peer publishes one stamped message. */
  | { readonly do: 'publish'; readonly label: string; readonly bytes: number }
  /** Print the ages of what each peer received since the last time, and forget them. */
  | { readonly do: 'report-ages' }
  /** Print what the process and its peers used so far. */
  | { readonly do: 'report-usage' };

/** What a host prints, one JSON object a line; every `atMs` is `clockMs()` in its process. */
export type HostRecord =
  | {
      readonly kind: 'ready';
      readonly label: string;
      readonly atMs: number;
      readonly id: string;
      readonly port: number;
    }
  /** One peer saw another enter a state. */
  | {
      readonly kind: 'member';
      readonly label: string;
      readonly atMs: number;
      readonly id: string;
      readonly state: MemberState;
      readonly reason: MemberReason | 'first-look';
    }
  /** One peer calls itself isolated, or no longer. */
  | { readonly kind: 'isolated'; readonly label: string; readonly isolated: boolean }
  | { readonly kind: 'ages'; readonly label: string; readonly agesMs: readonly number[] }
  | ({ readonly kind: 'usage'; readonly peers: readonly PeerUsage[] } & ProcessUsage);

/** What one process used so far. */
interface ProcessUsage {
  /** Processor time since its start, of all its threads. */
  readonly processorMs: number;
  readonly residentBytes: number;
}

/** What one peer has, and sent so far. */
export interface PeerUsage {
  readonly label: string;
  readonly links: number;
  /** Before they are sealed. */
  readonly bytesOut: number;
  readonly handshakes: number;
  /** 16 hex digits over all messages; equal at peers that hold the same. */
  readonly stateHash: string;
}
