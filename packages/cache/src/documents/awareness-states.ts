import { createDecoder, readVarUint } from 'lib0/decoding';
import { createEncoder, toUint8Array, writeVarUint, writeVarUint8Array } from 'lib0/encoding';
import { malformed, ownMemory, readText, textBytes } from './bytes.js';

/** What one client says of itself, as it travels. */
export interface AwarenessEntry {
  readonly client: number;
  /** The higher one wins; of equal ones the one that says the client is gone. */
  readonly clock: number;
  /** JSON, with `null` for gone. */
  readonly state: string;
}

const encoder = new TextEncoder();
const GONE = 'null';

/** @throws HearsayError `malformed` */
export function decodeAwareness(bytes: Uint8Array): readonly AwarenessEntry[] {
  const from = createDecoder(ownMemory(bytes));
  const entries: AwarenessEntry[] = [];
  try {
    const count = readVarUint(from);
    for (let index = 0; index < count; index++) {
      const [client, clock] = [readVarUint(from), readVarUint(from)];
      const state = readText(from, bytes.length);
      JSON.parse(state);
      entries.push({ client, clock, state });
    }
  } catch (cause) {
    malformed('cursors and names that do not decode', cause);
  }
  return entries;
}

export function encodeAwareness(entries: readonly AwarenessEntry[]): Uint8Array {
  const to = createEncoder();
  writeVarUint(to, entries.length);
  for (const { client, clock, state } of entries) {
    writeVarUint(to, client);
    writeVarUint(to, clock);
    writeVarUint8Array(to, encoder.encode(state));
  }
  return toUint8Array(to);
}

/** In lists that each fit a number of bytes. */
export function* splitAwareness(
  entries: readonly AwarenessEntry[],
  bytesMax: number,
): Generator<Uint8Array> {
  const NUMBERS_BYTES = 24;
  let some: AwarenessEntry[] = [];
  let bytes = 0;
  for (const entry of entries) {
    const more = textBytes(entry.state) + NUMBERS_BYTES;
    if (bytes + more > bytesMax && some.length > 0) {
      yield encodeAwareness(some);
      some = [];
      bytes = 0;
    }
    some.push(entry);
    bytes += more;
  }
  if (some.length > 0) yield encodeAwareness(some);
}

export function isGone({ state }: AwarenessEntry): boolean {
  return state === GONE;
}
