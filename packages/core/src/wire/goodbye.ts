import { INCARNATION_MAX } from '../limits.js';
import type { Reader } from './reader.js';
import { Writer } from './writer.js';

/** The sender leaves for good (in this generation). */
export interface Goodbye {
  readonly kind: 'goodbye';
  readonly incarnation: number;
}

export function writeGoodbye(frame: Goodbye): Uint8Array {
  return new Writer().varuint(frame.incarnation).finish();
}

export function readGoodbye(reader: Reader): Goodbye {
  return { kind: 'goodbye', incarnation: reader.varuint(INCARNATION_MAX) };
}
