import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';

const NAME = 'members';
const FILE_MODE = 0o600;
const CHECKSUM_BYTES = 4;

/** @returns undefined when there is none, or it is damaged: then nothing is known */
export function readStanding(dir: string): Uint8Array | undefined {
  let file: Buffer;
  try {
    file = readFileSync(join(dir, NAME));
  } catch {
    return undefined;
  }
  if (file.length < CHECKSUM_BYTES) return undefined;
  const body = file.subarray(CHECKSUM_BYTES);
  return crc32(body) === file.readUInt32LE(0) ? body : undefined;
}

/** In place of the one before, and on the disk when it returns. @throws system errors */
export function writeStanding(dir: string, bytes: Uint8Array): void {
  const checksum = Buffer.allocUnsafe(CHECKSUM_BYTES);
  checksum.writeUInt32LE(crc32(bytes), 0);
  const path = join(dir, NAME);
  const file = openSync(`${path}.new`, 'w', FILE_MODE);
  try {
    writeSync(file, Buffer.concat([checksum, bytes]));
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(`${path}.new`, path);
}
