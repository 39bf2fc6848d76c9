import { type Address, type PeerId, peerId } from '@hearsay/core';
import { formatAddress, isLoopbackHost, parseDialAddress } from '../address.js';
import { ANNOUNCED_ADDRESSES_MAX, DATAGRAM_BYTES_MAX, GENERATION_MAX } from '../limits.js';
import { isKeyId, type KeyId } from '../network/network-key.js';

/** Where a peer can be dialled, as it says itself. */
export interface Announcement {
  readonly network: string;
  /** Of the key that it dials with: who has another one need not knock. */
  readonly key: KeyId;
  readonly peer: PeerId;
  readonly generation: number;
  readonly addresses: readonly Address[];
}

const FORMAT = 2;
const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

/** One datagram: `{"hearsay":2,"network":"local","key":"<hex>","peer":"<hex>","generation":1,"addresses":["host:port"]}`. */
export function encodeAnnouncement(announcement: Announcement): Uint8Array {
  const { network, key, peer, generation, addresses } = announcement;
  for (let count = Math.min(addresses.length, ANNOUNCED_ADDRESSES_MAX); count > 0; count--) {
    const body = { network, key, peer, generation, addresses: addresses.slice(0, count) };
    const bytes = encoder.encode(JSON.stringify({ hearsay: FORMAT, ...body }));
    if (bytes.length <= DATAGRAM_BYTES_MAX) return bytes;
  }
  throw new RangeError('an announcement needs an address and a short network name');
}

/**
 * Reads a datagram that anybody could have sent; undefined when anything about it is wrong.
 *
 * Of several addresses the one it came from is known to be reachable, so the others are left out.
 * @param fromHost where it came from: another machine cannot send us to our own loopback
 */
export function decodeAnnouncement(bytes: Uint8Array, fromHost: string): Announcement | undefined {
  if (bytes.length > DATAGRAM_BYTES_MAX) return undefined;
  const announcement = parseAnnouncement(bytes);
  if (announcement === undefined || isLoopbackHost(fromHost)) return announcement;
  const elsewhere = announcement.addresses.filter((address) => !isLoopbackHost(hostOf(address)));
  const proven = elsewhere.filter((address) => hostOf(address) === fromHost);
  const addresses = proven.length > 0 ? proven : elsewhere;
  return addresses.length === 0 ? undefined : { ...announcement, addresses };
}

function parseAnnouncement(bytes: Uint8Array): Announcement | undefined {
  let value: unknown;
  try {
    value = JSON.parse(decoder.decode(bytes));
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  return readAnnouncement(value as Readonly<Record<string, unknown>>); // Each field is checked.
}

function readAnnouncement(fields: Readonly<Record<string, unknown>>): Announcement | undefined {
  const { hearsay, network, key, peer, generation, addresses } = fields;
  if (hearsay !== FORMAT || typeof network !== 'string' || typeof peer !== 'string') {
    return undefined;
  }
  if (!isKeyId(key)) return undefined;
  if (typeof generation !== 'number' || !Number.isInteger(generation)) return undefined;
  if (generation < 0 || generation > GENERATION_MAX) return undefined;
  if (!Array.isArray(addresses) || addresses.length > ANNOUNCED_ADDRESSES_MAX) return undefined;
  const dialable = addresses.map((address) => dialAddress(address));
  if (dialable.length === 0 || !dialable.every((address) => address !== undefined))
    return undefined;
  try {
    return { network, key, peer: peerId(peer), generation, addresses: dialable };
  } catch {
    return undefined; // Not a peer id.
  }
}

function dialAddress(value: unknown): Address | undefined {
  const parsed = typeof value === 'string' ? parseDialAddress(value) : undefined;
  return parsed === undefined ? undefined : formatAddress(parsed);
}

function hostOf(address: Address): string {
  return parseDialAddress(address)?.host ?? '';
}
