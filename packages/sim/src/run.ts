import type {
  Engine,
  Message,
  MessageId,
  PeerEvent,
  PeerId,
  Port,
  Random,
  Signer,
  StreamId,
  Topic,
} from '@hearsay/core';
import type { HostClock } from './host-clock.js';
import type { Network } from './network/network.js';
import type { Timeline } from './timeline.js';
import type { Trace } from './trace.js';
import type { Report } from './violation.js';

/** One generation of a peer as those who watch it see it. */
export interface Run {
  readonly machine: Host;
  /** The name of the machine. */
  readonly host: string;
  readonly peer: PeerId;
  readonly generation: number;
  readonly stream: StreamId;
  readonly engine: Engine;
  readonly running: boolean;
  readonly frozen: boolean;
  readonly left: boolean;
  readonly openLinks: number;
}

/** Who watches what a run of a peer does. */
export interface Observer {
  /** Told before anything else that the publication caused. */
  published(run: Run, id: MessageId, topic: Topic, payload: Uint8Array): void;
  delivered(run: Run, messages: readonly Message[], own: boolean): void;
  happened(run: Run, event: PeerEvent): void;
  /** After every step of the engine. */
  stepped(run: Run): void;
}

/** The machine that a run lives on. */
export interface Host {
  readonly name: string;
  readonly index: number;
  readonly ip: string;
  readonly powered: boolean;
  readonly clock: HostClock;
  /** What the program on a port kept over restarts. */
  diskOf(port: Port): Map<string, Uint8Array>;
}

export interface IncarnationOptions {
  readonly host: Host;
  readonly peer: PeerId;
  readonly generation: number;
  readonly engine: Engine;
  /** Signs for the programs on its ports. */
  readonly signer: Signer;
  readonly networkName: string;
  readonly timeline: Timeline;
  readonly network: Network;
  readonly trace: Trace;
  readonly random: Random;
  readonly observer: Observer;
  readonly report: Report;
  readonly messageBytesMax: number;
  readonly transportBytesMax: number;
  readonly dialsPendingMax: number;
  /** Timers fire up to this much late, and now and then early, as those of an event loop do. */
  readonly timerSlopUs: number;
  readonly healthIntervalMs: number;
}
