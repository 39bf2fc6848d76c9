/** Node fires longer timers at once. */
export const TIMER_MS_MAX = 0x7fff_ffff;

/** Every period of the runtime; those of the protocol are in core's `Config`. */
export interface RuntimeTimers {
  /** Between two `health` inputs with the longest event-loop delay seen. */
  readonly healthIntervalMs: number;
  /** A closing handshake that takes longer is cut. */
  readonly closeTimeoutMs: number;
  /** A congested link that moved nothing this long no longer holds up `drained()`; it is fed by sync later. */
  readonly laggardMs: number;
  /** When a network key is removed, the links made by it end within this time, not all at once. */
  readonly rekeySpreadMs: number;
  /** From the start to the first look at the members that are remembered over restarts. */
  readonly membersFirstSaveMs: number;
  /** Between two looks; with nobody there, all are dialled again. */
  readonly membersSaveMs: number;
  /** A member not heard for this long is remembered no longer. */
  readonly membersForgetMs: number;
  /** Announcements after the first at start: these few, then one every `announceIntervalMs`. */
  readonly announceEarlyMs: readonly number[];
  readonly announceIntervalMs: number;
  /** A newcomer is answered within this time (a random part of it, so that answers spread). */
  readonly announceAnswerDelayMs: number;
  /** Between two answers, however many newcomers there are: one answer serves them all. */
  readonly announceAnswerIntervalMs: number;
  /** Between two scans of the run folder. */
  readonly runScanMs: number;
  /** An HTTP request that is not there as a whole by then is cut. */
  readonly httpRequestTimeoutMs: number;
  /** A longer delay of the event loop makes `/healthz` say no. */
  readonly unhealthyLoopMs: number;
  /** Who has met nobody this long after its start is ready all the same. */
  readonly readyAloneMs: number;
  /** Between two `sync` events. */
  readonly syncEventMs: number;
}

export const DEFAULT_TIMERS: RuntimeTimers = {
  healthIntervalMs: 500,
  closeTimeoutMs: 1_000,
  laggardMs: 500,
  rekeySpreadMs: 2_000,
  membersFirstSaveMs: 2_000,
  membersSaveMs: 30_000,
  membersForgetMs: 2_592_000_000,
  announceEarlyMs: [100, 300, 1_000],
  announceIntervalMs: 5_000,
  announceAnswerDelayMs: 20,
  announceAnswerIntervalMs: 100,
  runScanMs: 2_000,
  httpRequestTimeoutMs: 30_000,
  unhealthyLoopMs: 5_000,
  readyAloneMs: 3_000,
  syncEventMs: 100,
};
