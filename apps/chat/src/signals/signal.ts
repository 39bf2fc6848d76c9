import { Buffer } from 'node:buffer';
import { HearsayError, type PeerId, peerId } from '@hearsay/core';
import { parseRoom } from '../chat/place.js';
import { signalBytesMax } from './limits.js';

/** States of others that chat programs tell each other. */
export type VerdictState = 'alive' | 'suspect' | 'dead';

/** What one chat program tells its neighbours beside the messages: never kept, never passed on. */
export type Signal =
  /** Somebody types in a room, or to whoever gets this; `stopped`: no more, in any place. */
  | { readonly kind: 'typing'; readonly where: TypingPlace }
  /** It holds a run of a peer for this from now on. */
  | {
      readonly kind: 'verdict';
      readonly peer: PeerId;
      readonly generation: number;
      readonly state: VerdictState;
    };

/** Where somebody types, as told; a direct conversation is only told to its other end. */
export type TypingPlace =
  | { readonly kind: 'room'; readonly room: string }
  | { readonly kind: 'direct' }
  | { readonly kind: 'nowhere' };

const STATES: readonly VerdictState[] = ['alive', 'suspect', 'dead'];

/** A signal as JSON in UTF-8. */
export function encodeSignal(signal: Signal): Uint8Array {
  return Buffer.from(JSON.stringify(signal));
}

/**
 * Reads what a neighbour posted.
 * @returns undefined for a signal of a kind that a later program may know
 * @throws HearsayError `malformed` for what is no signal, or one that nobody would make
 */
export function decodeSignal(bytes: Uint8Array): Signal | undefined {
  if (bytes.length > signalBytesMax) throw malformed(`a signal of ${bytes.length} bytes`);
  const fields = readObject(bytes);
  switch (fields['kind']) {
    case 'typing':
      return { kind: 'typing', where: readPlace(fields['where']) };
    case 'verdict':
      return readVerdict(fields);
    default:
      return undefined;
  }
}

type Fields = Readonly<Record<string, unknown>>;

function readObject(bytes: Uint8Array): Fields {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw new HearsayError('malformed', 'a signal is not JSON', { cause: error });
  }
  return asFields(value, 'a signal');
}

function asFields(value: unknown, what: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw malformed(`${what} is no object`);
  }
  return value as Fields; // An object, by the check above.
}

function readPlace(value: unknown): TypingPlace {
  const { kind, room } = asFields(value, 'the place of a signal');
  if (kind === 'direct' || kind === 'nowhere') return { kind };
  if (kind !== 'room' || typeof room !== 'string' || parseRoom(room) !== room) {
    throw malformed('a signal from no place');
  }
  return { kind, room };
}

function readVerdict({ peer, generation, state }: Fields): Signal {
  const known = STATES.find((each) => each === state);
  if (known === undefined || typeof peer !== 'string') throw malformed('a verdict of no kind');
  if (typeof generation !== 'number' || !Number.isSafeInteger(generation) || generation < 0) {
    throw malformed('a verdict on no run');
  }
  return { kind: 'verdict', peer: readPeer(peer), generation, state: known };
}

function readPeer(text: string): PeerId {
  try {
    return peerId(text);
  } catch (error) {
    throw new HearsayError('malformed', 'a verdict on nobody', { cause: error });
  }
}

function malformed(what: string): HearsayError {
  return new HearsayError('malformed', what);
}
