import { HearsayError } from '@hearsay/core';
import { type ClockEntry, Reader, readClock, Writer, writeClockEntries } from '@hearsay/core/wire';
import { Vector } from '../replication/vector.js';

/** A vector as a text that says nothing to who carries it. */
export function tokenOf(vector: Vector): string {
  const writer = new Writer();
  writeClockEntries(writer, vector.sorted());
  return Buffer.from(writer.finish()).toString('base64url');
}

/** @throws TypeError when it is none */
export function vectorOf(token: string): Vector {
  try {
    const reader = new Reader(new Uint8Array(Buffer.from(token, 'base64url')));
    const entries: ClockEntry[] = readClock(reader);
    reader.end();
    return Vector.from(entries);
  } catch (cause) {
    if (!(cause instanceof HearsayError)) throw cause;
    throw new TypeError('this is no token or cursor of a cache', { cause });
  }
}
