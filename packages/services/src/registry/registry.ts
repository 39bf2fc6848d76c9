import { HearsayError, type MergeResult, type PeerId, type Replica } from '@hearsay/core';
import { Reader, Writer } from '@hearsay/core/wire';
import { LEASE_AHEAD_MS_MAX, RECORD_BYTES_MAX, RECORDS_MAX } from '../limits.js';
import { isNewer, openRecord, type ProviderRecord, type SignedRecord } from './record.js';

export interface RegistryOptions {
  /** The wall clock: leases are absolute deadlines, as those of the cache. */
  readonly readWallMs: () => number;
  readonly verify: (peer: PeerId, bytes: Uint8Array, signature: Uint8Array) => boolean;
  /** A record came, was replaced, or (undefined) its lease is over. It must not call the peer. */
  readonly onChange: (
    peer: PeerId,
    record: ProviderRecord | undefined,
    was: ProviderRecord | undefined,
  ) => void;
}

/** What became of an announcement. */
export type Taken = 'newer' | 'known' | 'expired' | 'too-far-ahead' | 'no-room';

/** Deltas end at about this size, well below a frame. */
const DELTA_BYTES = 60 * 1_024;
const SUMMARY_ENTRIES_MAX = RECORDS_MAX;

/**
 * Who provides what: for each peer its newest announcement, signed by it. A lease is an absolute
 * time, so one that has passed has passed at every peer, and a dead provider cannot come back from
 * the memory of somebody who heard of it late.
 */
export class Registry implements Replica {
  readonly #options: RegistryOptions;
  readonly #records = new Map<PeerId, SignedRecord>();

  constructor(options: RegistryOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#records.size;
  }

  get(peer: PeerId): ProviderRecord | undefined {
    return this.#records.get(peer)?.record;
  }

  *records(): Iterable<ProviderRecord> {
    for (const { record } of this.#records.values()) yield record;
  }

  /**
   * Takes over an announcement, of ourselves or as it came from anybody.
   * @throws HearsayError `malformed`, `forged`
   */
  take(signed: SignedRecord): Taken {
    const { record } = signed;
    const nowMs = this.#options.readWallMs();
    const was = this.#records.get(record.peer)?.record;
    if (was !== undefined && !isNewer(record, was)) return 'known';
    if (record.expiresMs <= nowMs) return 'expired';
    if (record.expiresMs > nowMs + LEASE_AHEAD_MS_MAX) return 'too-far-ahead';
    if (was === undefined && this.#records.size >= RECORDS_MAX) return 'no-room';
    this.#records.set(record.peer, signed);
    this.#options.onChange(record.peer, record, was);
    return 'newer';
  }

  /** @throws HearsayError `malformed`, `forged` */
  open(bytes: Uint8Array): SignedRecord {
    return openRecord(bytes, this.#options.verify);
  }

  /** Drops what has expired. */
  expire(): void {
    const nowMs = this.#options.readWallMs();
    for (const [peer, { record }] of this.#records) {
      if (record.expiresMs > nowMs) continue;
      this.#records.delete(peer);
      this.#options.onChange(peer, undefined, record);
    }
  }

  summary(): Uint8Array {
    const nowMs = this.#options.readWallMs();
    const entries = [...this.#records.values()]
      .map(({ record }) => record)
      .filter(({ expiresMs }) => expiresMs > nowMs)
      .sort((left, right) => (left.peer < right.peer ? -1 : 1));
    const writer = new Writer();
    writer.list(entries, ({ peer, generation, revision }) =>
      writer.peer(peer).varuint(generation).varuint(revision),
    );
    return writer.finish();
  }

  *missing(summary: Uint8Array): Iterable<Uint8Array> {
    const held = readSummary(summary);
    const nowMs = this.#options.readWallMs();
    let writer = new Writer(DELTA_BYTES);
    for (const { record, bytes } of this.#records.values()) {
      const theirs = held.get(record.peer);
      if (theirs !== undefined && !isNewer(record, theirs)) continue;
      if (record.expiresMs <= nowMs) continue;
      if (writer.length > 0 && writer.length + bytes.length > DELTA_BYTES) {
        yield writer.finish();
        writer = new Writer(DELTA_BYTES);
      }
      writer.bytes(bytes);
    }
    if (writer.length > 0) yield writer.finish();
  }

  merge(delta: Uint8Array): MergeResult {
    const reader = new Reader(delta);
    let added = 0;
    while (reader.remaining > 0) {
      const signed = this.open(reader.bytes(RECORD_BYTES_MAX));
      if (this.take(signed) === 'newer') added += 1;
    }
    return { added };
  }
}

function readSummary(
  summary: Uint8Array,
): Map<PeerId, Pick<ProviderRecord, 'generation' | 'revision'>> {
  const reader = new Reader(summary);
  const entries = reader.list(SUMMARY_ENTRIES_MAX, () => {
    const peer = reader.peer();
    return [peer, { generation: reader.varuint(), revision: reader.varuint() }] as const;
  });
  reader.end();
  const held = new Map(entries);
  if (held.size !== entries.length) throw new HearsayError('malformed', 'a peer named twice');
  return held;
}
