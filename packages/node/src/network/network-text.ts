import { formatAddress, parseDialAddress } from '../address.js';
import { parseChecked, renderChecked } from '../files/checked-json.js';
import { INVITE_ADDRESSES_MAX, NETWORK_KEYS_MAX, REMOVED_KEYS_MAX } from '../limits.js';
import type { ChangeTime, KeyState } from './key-state.js';
import { NETWORK_KEY_BYTES } from './keyring.js';
import { isKeyId } from './network-key.js';
import { checkNetworkName, isNetworkId, type NetworkId } from './network-name.js';

/** What a network file holds. */
export interface NetworkRecord {
  /** As its members call it. */
  readonly network: string;
  readonly id: NetworkId;
  readonly state: KeyState;
  /** `host:port` of members that an invite named. */
  readonly seeds: readonly string[];
}

const VERSION = 1;

export function renderNetwork({ network, id, state, seeds }: NetworkRecord): string {
  const { keys, use, removed } = state;
  const { ms, counter, peer } = use.at;
  return renderChecked({
    version: VERSION,
    network,
    id,
    keys: keys.map((key) => Buffer.from(key).toString('base64url')),
    use: { key: use.key, at: [ms, counter, peer] },
    removed,
    seeds,
  });
}

/**
 * Reads a network file to the byte.
 * @throws Error with the reason, in a few words
 */
export function parseNetwork(text: string): NetworkRecord {
  const fields = parseChecked(text);
  if (fields['version'] !== VERSION) throw new Error('it is of another version of Hearsay');
  const record = {
    network: checkNetworkName(textOf(fields['network'])),
    id: readId(fields['id']),
    state: {
      keys: listOf(fields['keys'], NETWORK_KEYS_MAX).map(readKey),
      use: readUse(fields['use']),
      removed: listOf(fields['removed'], REMOVED_KEYS_MAX).map(readKeyId),
    },
    seeds: listOf(fields['seeds'], INVITE_ADDRESSES_MAX).map(readSeed),
  };
  if (record.state.keys.length === 0) throw new Error('it has no key');
  return record;
}

function readId(value: unknown): NetworkId {
  if (value === undefined) throw new Error('it is from before networks had an id');
  if (!isNetworkId(value)) throw new Error('its id is none');
  return value;
}

function readUse(value: unknown): KeyState['use'] {
  if (typeof value !== 'object' || value === null) throw new Error('it tells no key to use');
  const { key, at } = value as Readonly<Record<string, unknown>>; // Each is checked.
  return { key: readKeyId(key), at: readTime(at) };
}

function readTime(value: unknown): ChangeTime {
  const [ms, counter, peer] = listOf(value, 3);
  if (!isCount(ms) || !isCount(counter)) throw new Error('a time in it is none');
  return { ms, counter, peer: textOf(peer) };
}

function readKey(value: unknown): Uint8Array {
  const key = Buffer.from(textOf(value), 'base64url');
  if (key.length !== NETWORK_KEY_BYTES) throw new Error('a key in it is none');
  return key;
}

function readKeyId(value: unknown): string {
  if (!isKeyId(value)) throw new Error('a key id in it is none');
  return value;
}

function readSeed(value: unknown): string {
  const address = parseDialAddress(textOf(value));
  if (address === undefined) throw new Error('an address in it is none');
  return formatAddress(address);
}

function listOf(value: unknown, lengthMax: number): readonly unknown[] {
  if (!Array.isArray(value) || value.length > lengthMax) throw new Error('a list in it is none');
  return value;
}

function textOf(value: unknown): string {
  if (typeof value !== 'string') throw new Error('a text in it is none');
  return value;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
