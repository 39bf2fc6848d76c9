import { chronicleEntriesMax } from '../limits.js';

/** What a process is, as the lab knows for certain. */
export type Condition = 'off' | 'starting' | 'up' | 'frozen' | 'killed' | 'left';

/** A process came into a condition. */
export interface ConditionChange {
  readonly atMs: number;
  readonly nick: string;
  readonly condition: Condition;
}

/** A peer told that it holds another one for alive, suspect, dead or left. */
export interface Sighting {
  readonly atMs: number;
  readonly observer: string;
  readonly subject: string;
  readonly state: string;
  readonly generation: number;
}

/** A line of the log. */
export interface Entry {
  readonly atMs: number;
  /** `do`: the lab did it; `saw`: a peer told it; `note`: something else that a peer told. */
  readonly kind: 'do' | 'saw' | 'note';
  readonly who: string;
  readonly text: string;
}

/** How far apart the running peers are. */
export interface Sample {
  readonly atMs: number;
  /** Messages that some running peer showed, or writes that it holds, and the one furthest behind does not. */
  readonly lacking: number;
}

/** Kinds of things that are written down. */
type Kind = 'condition' | 'sighting' | 'entry' | 'sample' | 'cache-sample';

/** Told of each thing as it is written down. */
export type ChronicleListener = (
  kind: Kind,
  item: ConditionChange | Sighting | Entry | Sample,
) => void;

/** What was done and what was told, in the order in which the lab learned it. Bounded: the oldest go. */
export class Chronicle {
  readonly startedAtMs: number;
  readonly conditions: ConditionChange[] = [];
  readonly sightings: Sighting[] = [];
  readonly entries: Entry[] = [];
  readonly samples: Sample[] = [];
  /** The same of writes of caches; empty where nobody wrote. */
  readonly cacheSamples: Sample[] = [];

  #closed = false;

  readonly #listener: ChronicleListener | undefined;

  constructor(startedAtMs: number, listener?: ChronicleListener) {
    this.startedAtMs = startedAtMs;
    this.#listener = listener;
  }

  /** What comes later is not part of it: the end of a story ends its processes, too. */
  close(): void {
    this.#closed = true;
  }

  condition(change: ConditionChange): void {
    this.#append('condition', this.conditions, change);
  }

  sighting(sighting: Sighting): void {
    this.#append('sighting', this.sightings, sighting);
  }

  entry(entry: Entry): void {
    this.#append('entry', this.entries, entry);
  }

  /** Kept only when it differs from the last one. */
  sample(sample: Sample): void {
    if (this.samples.at(-1)?.lacking === sample.lacking) return;
    this.#append('sample', this.samples, sample);
  }

  /** Kept only when it differs from the last one. */
  cacheSample(sample: Sample): void {
    if (this.cacheSamples.at(-1)?.lacking === sample.lacking) return;
    this.#append('cache-sample', this.cacheSamples, sample);
  }

  #append<T extends ConditionChange | Sighting | Entry | Sample>(
    kind: Kind,
    list: T[],
    item: T,
  ): void {
    if (this.#closed) return;
    this.#listener?.(kind, item);
    list.push(item);
    // A tenth at once, so that it is not moved for each one.
    if (list.length > chronicleEntriesMax) list.splice(0, chronicleEntriesMax / 10);
  }
}
