/** How one connection of an offender ended. */
export interface Ending {
  /** From its first offence until it was cut; undefined when it was still open in the end. */
  readonly cutMs: number | undefined;
  /** Of the closing WebSocket, if there was one. */
  readonly code: number | undefined;
  readonly reason: string;
}

/** One honest peer, as an attacker knows it. */
export interface Target {
  readonly nick: string;
  readonly id: string;
  readonly host: string;
  readonly port: number;
}

/** What an attacker has to work with. */
export interface Scene {
  /** Those that are attacked. */
  readonly targets: readonly Target[];
  /** All honest peers. */
  readonly honest: readonly Target[];
  readonly network: string;
  /** Only members have the right one. */
  readonly networkKey: Uint8Array;
  readonly discoveryPort: number;
  /** How long to go on. */
  readonly forMs: number;
  /** The address we come from; each attack has its own. */
  readonly from: string | undefined;
}

/** Something that a hostile peer does on purpose. */
export interface Attack {
  readonly name: string;
  readonly as: 'stranger' | 'member' | 'network';
  /**
   * `cut`: it breaks a rule, and each of its connections is to be closed within a second.
   * `bounded`: it does what honest peers may do too, only worse, so it is borne within bounds.
   */
  readonly answer: 'cut' | 'bounded';
  /** What the rule or the bound is, in a few words. */
  readonly because: string;
  /** Members are trusted not to do this: it must do no harm that lasts, but it may slow others down. */
  readonly isTrusted?: boolean;
  /** It leaves something behind that must not count against the next one. */
  readonly leavesTraces?: boolean;
  run(scene: Scene): Promise<readonly Ending[]>;
}
