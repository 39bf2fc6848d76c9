/** What the bench writes to an agent, one JSON object a line. Times are `clockMs()`. */
export type AgentCommand =
  | { readonly do: 'connect'; readonly addresses: readonly string[] }
  /** Publish at a steady, low rate. */
  | {
      readonly do: 'trickle';
      readonly phase: number;
      readonly messages: number;
      readonly intervalMs: number;
      readonly bytes: number;
    }
  /** Publish as fast as flow control allows. */
  | { readonly do: 'flood'; readonly phase: number; readonly bytes: number; readonly forMs: number }
  /** Tell what arrived in a phase. */
  | { readonly do: 'report'; readonly phase: number; readonly ages: boolean };

/** What an agent prints, one JSON object a line. */
export type AgentRecord =
  | { readonly kind: 'listening'; readonly address: string }
  | { readonly kind: 'connected'; readonly atMs: number }
  | PublishedRecord
  | ReportRecord;

/** A phase of publishing is over at this agent. */
export interface PublishedRecord {
  readonly kind: 'published';
  readonly phase: number;
  readonly messages: number;
  readonly startedAtMs: number;
}

/** What an agent received in a phase, and what it has cost so far. */
export interface ReportRecord {
  readonly kind: 'report';
  readonly phase: number;
  /** For each origin, by index, how many of its messages arrived. */
  readonly received: readonly number[];
  readonly lastAtMs: number;
  /** Ages of the messages at their arrival, if asked for. */
  readonly agesMs: readonly number[];
  readonly rssBytes: number;
  readonly cpuMs: number;
  /** Since the start: messages of others delivered, and copies of them that arrived. */
  readonly delivered: number;
  readonly copies: number;
  readonly details: Readonly<Record<string, number>>;
}
