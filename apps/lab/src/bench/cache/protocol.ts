/** What the bench writes to an agent, one JSON object a line. Times are `clockMs()`. */
export type CacheCommand =
  | { readonly do: 'join'; readonly address: string; readonly others: number }
  /** Sets keys one at a time, beside others at a steady rate. */
  | {
      readonly do: 'trickle';
      readonly sets: number;
      readonly beside: number;
      readonly apartMs: number;
    }
  /** Sets as many as the cache takes. */
  | { readonly do: 'flood'; readonly forMs: number }
  | { readonly do: 'fill'; readonly keys: number }
  /** Sets one after the other until told to stop; counts failures. */
  | { readonly do: 'work' | 'rest' | 'report' };

/** What an agent prints, one JSON object a line. */
export type CacheRecord =
  | { readonly kind: 'listening'; readonly address: string }
  | { readonly kind: 'joined' }
  | { readonly kind: 'trickled'; readonly sentMs: readonly number[]; readonly besideRate: number }
  | { readonly kind: 'flooded'; readonly sets: number; readonly startedMs: number }
  | { readonly kind: 'filled' }
  | { readonly kind: 'rested'; readonly done: number; readonly failed: number }
  | ReportRecord;

export interface ReportRecord {
  readonly kind: 'report';
  readonly keys: number;
  /** When each trickled key arrived, by its number. */
  readonly arrivedMs: readonly number[];
  /** Writes known, of all streams. */
  readonly writes: number;
  /** When the last of them came. */
  readonly changedMs: number;
}
