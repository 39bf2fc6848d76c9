import type { Condition, Entry, Sample } from '../cluster/chronicle.js';

/** What one peer of the lab is, and what it says of the others. */
export interface PeerView {
  readonly nick: string;
  readonly port: number;
  readonly condition: Condition;
  /** In that condition. */
  readonly sinceMs: number;
  /** These are undefined of a process that does not answer: nothing of it is live. */
  readonly processId: number | undefined;
  readonly holds: number | undefined;
  readonly lacks: number | undefined;
  /** Writes of caches that it lacks of what any running peer holds. */
  readonly cacheLacks: number | undefined;
  /** When it printed anything last. */
  readonly heardAtMs: number | undefined;
  /** What it told last of each other one. */
  readonly opinions: ReadonlyMap<string, { readonly state: string; readonly atMs: number }>;
  /** Behind a cut, away from the others. */
  readonly there: boolean;
  /** Added to what it sends and gets. */
  readonly delayMs: number;
}

/** All that the screen shows. */
export interface LabState {
  readonly nowMs: number;
  readonly startedAtMs: number;
  readonly peers: readonly PeerView[];
  readonly samples: readonly Sample[];
  /** Somebody wrote into a cache. */
  readonly hasWrites: boolean;
  readonly entries: readonly Entry[];
  readonly picked: number;
  readonly help: boolean;
  /** An answer to the last key, if it needs one. */
  readonly notice: string;
}

/** How a condition of a process is called. */
export function conditionWord(condition: Condition): string {
  switch (condition) {
    case 'off':
      return 'off';
    case 'starting':
      return 'starting';
    case 'up':
      return 'runs';
    case 'frozen':
      return 'frozen';
    case 'killed':
      return 'killed';
    case 'left':
      return 'left';
  }
}
