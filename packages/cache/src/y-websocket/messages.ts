import { createDecoder, readVarUint } from 'lib0/decoding';
import { createEncoder, toUint8Array, writeVarUint, writeVarUint8Array } from 'lib0/encoding';
import { malformed, ownMemory, readBytes } from '../documents/bytes.js';

/** A message of the y-websocket protocol (y-protocols, PROTOCOL.md); one a WebSocket message. */
export type ClientMessage =
  /** What the sender holds; answered with all it lacks. */
  | { readonly kind: 'step-1'; readonly stateVector: Uint8Array }
  /** All that the receiver lacks. */
  | { readonly kind: 'step-2'; readonly update: Uint8Array }
  | { readonly kind: 'update'; readonly update: Uint8Array }
  | { readonly kind: 'awareness'; readonly states: Uint8Array }
  /** Asks for all cursors and names. */
  | { readonly kind: 'query-awareness' }
  /** Another program's; ignored, as its client may speak a newer protocol. */
  | { readonly kind: 'unknown' };

const SYNC = 0;
const AWARENESS = 1;
const QUERY_AWARENESS = 3;
const STEP_1 = 0;
const STEP_2 = 1;
const UPDATE = 2;

/** @throws HearsayError `malformed` */
export function decodeMessage(bytes: Uint8Array): ClientMessage {
  const from = createDecoder(ownMemory(bytes));
  try {
    switch (readVarUint(from)) {
      case SYNC: {
        const step = readVarUint(from);
        const body = readBytes(from, bytes.length);
        if (step === STEP_1) return { kind: 'step-1', stateVector: body };
        if (step === STEP_2) return { kind: 'step-2', update: body };
        return step === UPDATE ? { kind: 'update', update: body } : { kind: 'unknown' };
      }
      case AWARENESS:
        return { kind: 'awareness', states: readBytes(from, bytes.length) };
      case QUERY_AWARENESS:
        return { kind: 'query-awareness' };
      default:
        return { kind: 'unknown' };
    }
  } catch (cause) {
    malformed('a message that does not decode', cause);
  }
}

export function stepOne(stateVector: Uint8Array): Uint8Array {
  return message(stateVector, SYNC, STEP_1);
}

export function stepTwo(update: Uint8Array): Uint8Array {
  return message(update, SYNC, STEP_2);
}

export function updateMessage(update: Uint8Array): Uint8Array {
  return message(update, SYNC, UPDATE);
}

export function awarenessMessage(states: Uint8Array): Uint8Array {
  return message(states, AWARENESS);
}

function message(body: Uint8Array, ...tags: readonly number[]): Uint8Array {
  const to = createEncoder();
  for (const tag of tags) writeVarUint(to, tag);
  writeVarUint8Array(to, body);
  return toUint8Array(to);
}
