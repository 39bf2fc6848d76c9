/**
 * Files that survive a crash, for programs that keep more than messages on the disk of a peer: the
 * log of records with checksums, syncs that many writes share, and small files replaced as a whole.
 */
export { parseChecked, renderChecked } from '../files/checked-json.js';
export { replaceFile, syncFolder } from '../files/durable-file.js';
export { AppendFile } from './append-file.js';
export { DURABILITIES, type Durability } from './durability.js';
export { type Damage, type FoundRecord, scanRecords } from './record.js';
export { baseOf, hasHeader, LogFolder, SEGMENT_HEADER_BYTES } from './segment.js';
export { Syncer, type SyncerOptions } from './syncer.js';
