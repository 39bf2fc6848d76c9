/** The promises that are watched in every run. */
export type Rule =
  | 'no-creation'
  | 'no-duplicate'
  | 'fifo-order'
  | 'causal-order'
  | 'causal-time'
  | 'same-content'
  | 'gap-free-clock'
  | 'no-message-lost'
  | 'no-false-death'
  | 'no-false-alarm'
  | 'bounded'
  | 'host-contract'
  | 'no-crash'
  | 'expected-in-time';

/** Where a failed run stood, and how to see it again. */
export interface Replay {
  readonly seed: string;
  readonly scenario: string;
  /** One line for a shell. */
  readonly command: string;
}

/** A broken promise of the protocol, found by the simulator. */
export class ViolationError extends Error {
  readonly rule: Rule;
  readonly detail: string;
  readonly atMs: number;
  readonly replay: Replay;

  constructor(rule: Rule, detail: string, atMs: number, replay: Replay, options?: ErrorOptions) {
    super(
      `${rule} broken at ${atMs.toFixed(3)} ms: ${detail}\n` +
        `  seed ${replay.seed}, scenario ${replay.scenario}\n` +
        `  replay: ${replay.command}`,
      options,
    );
    this.name = 'ViolationError';
    this.rule = rule;
    this.detail = detail;
    this.atMs = atMs;
    this.replay = replay;
  }
}

/** Reports a broken promise; never returns. */
export type Report = (rule: Rule, detail: string, cause?: unknown) => never;
