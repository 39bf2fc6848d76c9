export type {
  DocumentFacts,
  DocumentHandle,
  DocumentsStatus,
  DocumentsSummary,
} from './documents/document-host.js';
export { DocumentError, type DocumentErrorCode } from './documents/errors.js';
export { DEFAULT_DOCUMENT_LIMITS, type DocumentLimits } from './documents/limits.js';
export {
  type Documents,
  type DocumentsOptions,
  openDocuments,
} from './documents/open-documents.js';
export { CacheError, type CacheErrorCode } from './errors.js';
export { Cache, type CacheEvents, type KeyPage } from './host/cache.js';
export { CacheCounter, CacheHash, CacheSet } from './host/collections.js';
export {
  CacheComputeTimeoutError,
  type ComputeOptions,
  type Loader,
} from './host/compute.js';
export { CacheEntry, type CacheValue, type JsonValue } from './host/entry.js';
export {
  CacheClosedError,
  CacheDiskError,
  ConditionalError,
  QuorumError,
  RestoreError,
  SessionBehindError,
} from './host/errors.js';
export type { Examination, ExaminedPeer } from './host/examine.js';
export type {
  OperationOptions,
  ReadLevel,
  ReadOptions,
  SetOptions,
  WriteLevel,
  WriteOptions,
  Written,
} from './host/options.js';
export type { CacheSession } from './host/session.js';
export type { CacheStatus, MemberStatus } from './host/status.js';
export type { CacheChange, WatchOptions } from './host/watch.js';
export { serveCache } from './http/serve-cache.js';
export { type CacheLimits, DEFAULT_CACHE_LIMITS } from './limits.js';
export { type CacheOptions, openCache } from './open-cache.js';
export { type RestoreOptions, restoreCache } from './persistence/backup.js';
export type { CacheDamage } from './persistence/cache-log.js';
export type { CacheDurability } from './persistence/durability.js';
export type { ReplicationCounters } from './replication/context.js';
export type { ReplicationEvent } from './replication/effect.js';
export { DEFAULT_REPLICATION_LIMITS, type ReplicationLimits } from './replication/limits.js';
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
export type { Access } from './y-websocket/client.js';
export type { RefusalReason } from './y-websocket/close-codes.js';
export type { EndpointOptions } from './y-websocket/endpoint.js';
