export type RowName =
  | 'kill-5'
  | 'kill-20'
  | 'kill-40'
  | 'kill-3-of-5'
  | 'kill-7-of-10'
  | 'frozen'
  | 'resumed'
  | 'leave'
  | 'join'
  | 'burst'
  | 'message-p50'
  | 'message-p99'
  | 'message-max'
  | 'start-cpu'
  | 'start-wall';

/** One line of the table: what is measured, what serf does in that case, and what we want. */
export interface Row {
  readonly name: RowName;
  readonly title: string;
  /** Published in docs/benchmarks.md with its method; measured on the same kind of machine. */
  readonly serf: string;
  /** Every repeat should stay below; undefined: shown, not judged. */
  readonly goalMs: number | undefined;
}

export const rows: readonly Row[] = [
  { name: 'kill-5', title: 'one killed, known by all, N = 5', serf: '5.5-7.8 s', goalMs: 1_000 },
  { name: 'kill-20', title: 'one killed, known by all, N = 20', serf: '7.2-7.7 s', goalMs: 1_000 },
  { name: 'kill-40', title: 'one killed, known by all, N = 40', serf: '7.8-10.6 s', goalMs: 2_000 },
  { name: 'kill-3-of-5', title: '3 of 5 killed at once', serf: '16-35 s', goalMs: 2_000 },
  { name: 'kill-7-of-10', title: '7 of 10 killed at once', serf: '30-45 s', goalMs: 2_000 },
  { name: 'frozen', title: 'frozen, dead at all, N = 4', serf: '5.5 s', goalMs: 4_000 },
  { name: 'resumed', title: 'resumed, back at all, N = 4', serf: '0.01-0.13 s', goalMs: 500 },
  { name: 'leave', title: 'clean leave seen by all, N = 20', serf: '0.6-0.9 s', goalMs: 100 },
  { name: 'join', title: 'join seen by all, N = 20', serf: '0.8 s', goalMs: 200 },
  { name: 'burst', title: '20 join at once, lists complete', serf: '19-28 s', goalMs: 1_000 },
  {
    name: 'message-p50',
    title: 'message to each other, N = 20, p50',
    serf: '191 ms',
    goalMs: undefined,
  },
  { name: 'message-p99', title: 'message to each other, N = 20, p99', serf: '572 ms', goalMs: 20 },
  {
    name: 'message-max',
    title: 'message to each other, N = 20, max',
    serf: '683 ms',
    goalMs: undefined,
  },
  { name: 'start-cpu', title: 'program start to first line, CPU', serf: '-', goalMs: 300 },
  { name: 'start-wall', title: 'program start to first line, wall', serf: '-', goalMs: undefined },
];

/** What the repeats of a run gave. */
export class Samples {
  readonly #byRow = new Map<RowName, number[]>();
  /** Deaths told of peers that had not been killed or frozen. */
  falseDeaths = 0;
  messagesMissing = 0;
  /** Scenes that broke off, and why. */
  readonly failures: string[] = [];

  add(row: RowName, milliseconds: number): void {
    const values = this.#byRow.get(row) ?? [];
    values.push(milliseconds);
    this.#byRow.set(row, values);
  }

  of(row: RowName): readonly number[] {
    return this.#byRow.get(row) ?? [];
  }
}
