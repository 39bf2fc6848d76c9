import type { Heard } from './talk.js';

/** What the lab tells an honest peer. */
export type AgentCommand =
  | { readonly do: 'join'; readonly address: string }
  /** From now on a dial to the first port goes to the second. */
  | { readonly do: 'route'; readonly ports: Readonly<Record<string, number>> }
  | { readonly do: 'talk'; readonly phase: number; readonly everyMs: number }
  | { readonly do: 'hush' }
  | { readonly do: 'report'; readonly phase: number };

/** What an honest peer tells. */
export type AgentRecord =
  | { readonly kind: 'ready'; readonly id: string; readonly address: string }
  | { readonly kind: 'hushed'; readonly said: number }
  | ({ readonly kind: 'report'; readonly phase: number } & Heard & AgentView)
  | {
      readonly kind: 'refused';
      readonly atMs: number;
      readonly address: string;
      readonly code: number;
      readonly reason: string;
    }
  | {
      readonly kind: 'link';
      readonly atMs: number;
      readonly id: string;
      readonly up: boolean;
      readonly reason: string;
    }
  | { readonly kind: 'state'; readonly atMs: number; readonly id: string; readonly state: string }
  | { readonly kind: 'failed'; readonly reason: string };

/** What it knows at the time of a report. */
interface AgentView {
  readonly alive: readonly string[];
  readonly members: number;
  /** The longest turn of its event loop since it began to talk, in processor time. */
  readonly turnMs?: number | undefined;
  readonly counters: Readonly<Record<string, number>>;
}

/** How an agent is started; one JSON argument. */
export interface AgentOptions {
  readonly nick: string;
  readonly network: string;
  /** 32 bytes in hex. */
  readonly networkKey: string;
  /** For its profile and its run folder. */
  readonly folder: string;
  /** Undefined: it looks for nobody by itself. */
  readonly discoveryPort: number | undefined;
}
