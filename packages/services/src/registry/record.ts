import type { PeerId } from '@hearsay/core';
import { HearsayError } from '@hearsay/core';
import { Reader, Writer } from '@hearsay/core/wire';
import {
  BREAKERS_TOLD_MAX,
  METADATA_PAIRS_MAX,
  METADATA_TEXT_BYTES_MAX,
  NAME_BYTES_MAX,
  SERVICES_PER_PROVIDER_MAX,
} from '../limits.js';
import { PROVIDER_STATUSES, type ProviderStatus } from '../wire/messages.js';

/** One service of a provider, as it is announced. */
export interface ServiceEntry {
  readonly name: string;
  readonly version: string;
  readonly status: ProviderStatus;
  readonly stream: boolean;
  /** For weighted balancing, 1 to 1,000. */
  readonly weight: number;
  readonly metadata: readonly (readonly [string, string])[];
}

/** A breaker of a caller that is not closed, told to all so that a person sees it anywhere. */
export interface BreakerEntry {
  readonly service: string;
  /** Undefined: the breaker of the service as a whole. */
  readonly provider: PeerId | undefined;
  readonly state: 'open' | 'half-open';
}

/** What one peer announces: all its services, under a number that only grows within its generation. */
export interface ProviderRecord {
  readonly peer: PeerId;
  readonly generation: number;
  readonly revision: number;
  /** Wall clock of the provider; hidden and refused everywhere once it has passed. */
  readonly expiresMs: number;
  /** The machine it runs on, for "same host first". */
  readonly host: string;
  readonly services: readonly ServiceEntry[];
  readonly breakers: readonly BreakerEntry[];
}

/** A record with the signature of its peer, in the bytes that were signed. */
export interface SignedRecord {
  readonly record: ProviderRecord;
  readonly bytes: Uint8Array;
}

export const WEIGHT_MAX = 1_000;
const SIGNATURE_BYTES = 64;
const BREAKER_STATES = ['open', 'half-open'] as const;

/** @param sign of the peer that the record names */
export function signRecord(
  record: ProviderRecord,
  sign: (bytes: Uint8Array) => Uint8Array,
): SignedRecord {
  const body = encodeBody(record);
  const bytes = new Uint8Array(SIGNATURE_BYTES + body.length);
  bytes.set(sign(body));
  bytes.set(body, SIGNATURE_BYTES);
  return { record, bytes };
}

/**
 * Takes a signed record apart; the bytes are copied.
 * @throws HearsayError `malformed`, or `forged` when its peer did not sign it
 */
export function openRecord(
  bytes: Uint8Array,
  verify: (peer: PeerId, bytes: Uint8Array, signature: Uint8Array) => boolean,
): SignedRecord {
  const own = new Uint8Array(bytes);
  const reader = new Reader(own);
  const signature = reader.raw(SIGNATURE_BYTES);
  const body = own.subarray(SIGNATURE_BYTES);
  const record = readBody(reader);
  if (!verify(record.peer, body, signature)) {
    throw new HearsayError('forged', 'an announcement that its provider did not sign');
  }
  return { record, bytes: own };
}

/** Whether `left` takes the place of `right`. */
export function isNewer(
  left: Pick<ProviderRecord, 'generation' | 'revision'>,
  right: Pick<ProviderRecord, 'generation' | 'revision'>,
): boolean {
  if (left.generation !== right.generation) return left.generation > right.generation;
  return left.revision > right.revision;
}

function encodeBody(record: ProviderRecord): Uint8Array {
  const writer = new Writer()
    .peer(record.peer)
    .varuint(record.generation)
    .varuint(record.revision)
    .varuint(record.expiresMs)
    .text(record.host);
  writer.list(record.services, (service) => {
    writer
      .text(service.name)
      .text(service.version)
      .u8(PROVIDER_STATUSES.indexOf(service.status))
      .u8(service.stream ? 1 : 0)
      .varuint(service.weight)
      .list(service.metadata, ([key, value]) => writer.text(key).text(value));
  });
  writer.list(record.breakers, ({ service, provider, state }) => {
    writer.text(service).u8(provider === undefined ? 0 : 1);
    if (provider !== undefined) writer.peer(provider);
    writer.u8(BREAKER_STATES.indexOf(state));
  });
  return writer.finish();
}

function readBody(reader: Reader): ProviderRecord {
  const record = {
    peer: reader.peer(),
    generation: reader.varuint(),
    revision: reader.varuint(),
    expiresMs: reader.varuint(),
    host: reader.text(NAME_BYTES_MAX),
    services: reader.list(SERVICES_PER_PROVIDER_MAX, () => readService(reader)),
    breakers: reader.list(BREAKERS_TOLD_MAX, () => readBreaker(reader)),
  };
  reader.end();
  return record;
}

function readService(reader: Reader): ServiceEntry {
  return {
    name: reader.text(NAME_BYTES_MAX),
    version: reader.text(NAME_BYTES_MAX),
    status: oneOf(PROVIDER_STATUSES, reader.u8()),
    stream: reader.flag(),
    weight: readWeight(reader),
    metadata: reader.list(METADATA_PAIRS_MAX, () => [
      reader.text(METADATA_TEXT_BYTES_MAX),
      reader.text(METADATA_TEXT_BYTES_MAX),
    ]),
  };
}

function readWeight(reader: Reader): number {
  const weight = reader.varuint(WEIGHT_MAX);
  if (weight > 0) return weight;
  throw new HearsayError('malformed', 'a weight of 0');
}

function readBreaker(reader: Reader): BreakerEntry {
  return {
    service: reader.text(NAME_BYTES_MAX),
    provider: reader.flag() ? reader.peer() : undefined,
    state: oneOf(BREAKER_STATES, reader.u8()),
  };
}

function oneOf<T>(items: readonly T[], index: number): T {
  const item = items[index];
  if (item === undefined) throw new HearsayError('malformed', `no such number: ${index}`);
  return item;
}
