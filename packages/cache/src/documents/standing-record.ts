import { type PeerId, peerId } from '@hearsay/core';
import { createDecoder, readUint8, readVarUint } from 'lib0/decoding';
import { createEncoder, toUint8Array, writeUint8, writeVarUint } from 'lib0/encoding';
import { malformed, ownMemory, readText, remaining, writeText } from './bytes.js';

/** A member that counts when deletions are to be forgotten. */
export interface KeptMember {
  readonly peer: PeerId;
  /** When it was last there, by our wall clock. */
  readonly seenMs: number;
  /** The era that it is known to have reached. */
  readonly era: number;
}

/** What must outlive a run. */
export interface KeptStanding {
  readonly era: number;
  readonly expelledMs: number;
  readonly members: readonly KeptMember[];
}

const FORMAT = 1;
const PEER_ID_BYTES_MAX = 128;

export function encodeStanding({ era, expelledMs, members }: KeptStanding): Uint8Array {
  const to = createEncoder();
  writeUint8(to, FORMAT);
  writeVarUint(to, era);
  writeVarUint(to, Math.floor(expelledMs));
  for (const { peer, seenMs, era: theirs } of members) {
    writeText(to, peer);
    writeVarUint(to, Math.floor(seenMs));
    writeVarUint(to, theirs);
  }
  return toUint8Array(to);
}

/** @returns undefined for what is none: then nothing is known */
export function decodeStanding(bytes: Uint8Array): KeptStanding | undefined {
  const from = createDecoder(ownMemory(bytes));
  try {
    if (readUint8(from) !== FORMAT) malformed('another format');
    const [era, expelledMs] = [readVarUint(from), readVarUint(from)];
    const members: KeptMember[] = [];
    while (remaining(from) > 0) {
      const peer = peerId(readText(from, PEER_ID_BYTES_MAX));
      members.push({ peer, seenMs: readVarUint(from), era: readVarUint(from) });
    }
    return { era, expelledMs, members };
  } catch {
    return undefined;
  }
}
