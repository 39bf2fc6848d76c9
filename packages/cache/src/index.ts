export { CacheError, type CacheErrorCode } from './errors.js';
export { type CacheLimits, DEFAULT_CACHE_LIMITS } from './limits.js';
export { PARTITIONS, type PartitionDigest } from './store/digests.js';
export { Store } from './store/store.js';
export type { Survivor } from './store/survivor.js';
export { readSurvivor, writeSurvivor } from './store/survivor-codec.js';
export type {
  ApplyResult,
  EvictionPolicy,
  Held,
  MemoryView,
  ScanOptions,
  ScanPage,
  StoreEvent,
  StoreOptions,
  Value,
} from './store/types.js';
export { type Binary, binaryOfBytes, bytesOfBinary } from './values/binary.js';
export type { Change, Operation } from './values/operation.js';
export { readOperation, writeOperation } from './values/operation-codec.js';
export { compareStamps, formatVersion, type Stamp, type Version } from './values/stamp.js';
