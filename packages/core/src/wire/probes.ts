import { HearsayError } from '../errors.js';
import type { PeerId } from '../ids.js';
import type { StateHash } from '../log/state-hash.js';
import type { Reader } from './reader.js';
import { Writer } from './writer.js';

/** What every probe and answer says besides: enough to see whether two peers hold the same. */
export interface Summary {
  /** Clock and content of the message log. */
  readonly state: StateHash;
  /** The member table. */
  readonly table: number;
}

export interface Ping extends Summary {
  readonly kind: 'ping';
  readonly nonce: number;
}

export interface Ack extends Summary {
  readonly kind: 'ack';
  readonly nonce: number;
}

/** "Probe this member for me." */
export interface PingRequest {
  readonly kind: 'ping-request';
  readonly nonce: number;
  readonly target: PeerId;
}

/** `acked`: it answered. `silent`: linked, but no answer in time. `lost`: there was a link, and it is gone. `unlinked`: never had one, so no opinion. */
export type RelayedOutcome = 'acked' | 'silent' | 'lost' | 'unlinked';

export interface PingReply {
  readonly kind: 'ping-reply';
  readonly nonce: number;
  readonly outcome: RelayedOutcome;
}

const OUTCOMES: readonly RelayedOutcome[] = ['acked', 'silent', 'lost', 'unlinked'];

export function writePing(frame: Ping | Ack): Uint8Array {
  const { state, table } = frame;
  return new Writer().u32(frame.nonce).u32(state.high).u32(state.low).u32(table).finish();
}

export function readPing(reader: Reader, kind: 'ping' | 'ack'): Ping | Ack {
  const nonce = reader.u32();
  const state = { high: reader.u32(), low: reader.u32() };
  return { kind, nonce, state, table: reader.u32() };
}

export function writePingRequest(frame: PingRequest): Uint8Array {
  return new Writer().u32(frame.nonce).peer(frame.target).finish();
}

export function readPingRequest(reader: Reader): PingRequest {
  return { kind: 'ping-request', nonce: reader.u32(), target: reader.peer() };
}

export function writePingReply(frame: PingReply): Uint8Array {
  return new Writer().u32(frame.nonce).u8(OUTCOMES.indexOf(frame.outcome)).finish();
}

export function readPingReply(reader: Reader): PingReply {
  const nonce = reader.u32();
  const outcome = OUTCOMES[reader.u8()];
  if (outcome === undefined) throw new HearsayError('malformed', 'unknown outcome of a probe');
  return { kind: 'ping-reply', nonce, outcome };
}
