import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { systemCode } from '../errors.js';

const HEADER_BYTES = 8;
const FILE_MODE = 0o600;
/** Of the form of everything that is kept beside the log. */
const MAGIC = 0x48534c33;

/** Replaces a file that can be made again: a checksum tells whether it is whole, so it need not be synced. */
export function writeChecked(path: string, bytes: Uint8Array): void {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32BE(MAGIC, 0);
  header.writeUInt32BE(crc32(bytes), 4);
  const temporary = `${path}.new`;
  try {
    writeFileSync(temporary, Buffer.concat([header, bytes]), { mode: FILE_MODE });
  } catch (error) {
    rmSync(temporary, { force: true }); // A full disk needs the room.
    throw error;
  }
  renameSync(temporary, path);
}

/** What such a file holds; `absent` when it is not there, `damaged` when it is not whole. */
export function readChecked(path: string): Buffer | 'absent' | 'damaged' {
  let file: Buffer;
  try {
    file = readFileSync(path);
  } catch (error) {
    return systemCode(error) === 'ENOENT' ? 'absent' : 'damaged';
  }
  if (file.length < HEADER_BYTES || file.readUInt32BE(0) !== MAGIC) return 'damaged';
  const bytes = file.subarray(HEADER_BYTES);
  return file.readUInt32BE(4) === crc32(bytes) ? bytes : 'damaged';
}
