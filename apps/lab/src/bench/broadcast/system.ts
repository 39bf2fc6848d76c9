/**
 * One way to spread a message to all, as the bench drives it. Every process runs one of these and
 * the same code around it, so that only this differs.
 */
export interface BroadcastSystem {
  /** Listens on loopback; resolves with what the others need to dial it. */
  open(options: OpenOptions): Promise<string>;
  /** Resolves when it is connected with all `addresses` but its own and may publish. */
  connect(addresses: readonly string[]): Promise<void>;
  /** Publishes once. A promise when the system's own call is asynchronous. */
  publish(payload: Uint8Array): Promise<unknown> | undefined;
  /** Its own flow control: a promise that resolves when more may be published, or undefined: now. */
  pressure(): Promise<unknown> | undefined;
  /**
   * For a system without flow control: how many messages a publisher may be ahead of the slowest
   * peer that it hears, while all publish. Undefined: no such bound.
   */
  readonly aheadMax: number | undefined;
  /** Copies of messages of others that arrived, wanted or not, since the start. */
  copies(): number;
  /** What else is worth a line when somebody looks for the cause of a number. */
  details(): Readonly<Record<string, number>>;
}

export interface OpenOptions {
  readonly index: number;
  readonly size: number;
  readonly network: string;
  /** A folder for files; private to this mesh. */
  readonly folder: string;
  /** Called once for each message of another peer. */
  readonly deliver: (payload: Uint8Array) => void;
}

/** What a module of a system exports. */
export interface SystemModule {
  readonly createSystem: () => BroadcastSystem;
}
