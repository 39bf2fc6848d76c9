import { readdir } from 'node:fs/promises';
import { PeerError } from '../errors.js';
import { NETWORK_KEYS_MAX } from '../limits.js';
import type { Invite } from './invite.js';
import { applyKeyChange, initialKeyState, type KeyState, mergeKeyStates } from './key-state.js';
import {
  createNetwork,
  type FoundNetwork,
  networkFile,
  networkFolder,
  networkOfFolder,
  readNetwork,
  writeNetwork,
} from './network-file.js';
import { keyIdOf, newNetworkKey, shortKeyId } from './network-key.js';
import { NetworkKeys } from './network-keys.js';
import { checkNetworkName, LOCAL_NETWORK, type NetworkId, newNetworkId } from './network-name.js';
import type { NetworkRecord } from './network-text.js';

/** A network of this user, with its keys, as a peer needs it. */
export interface StoredNetwork {
  /** What it is called here; two networks of other people may share a name. */
  readonly name: string;
  /** What its members call it: the `network` of `createPeer`. */
  readonly network: string;
  readonly id: NetworkId;
  readonly keys: NetworkKeys;
  /** Members that an invite named, to be dialled. */
  readonly seeds: readonly string[];
  /** Its folder: profiles of this network are kept here. */
  readonly folder: string;
  readonly file: string;
  /** It is here for the first time. */
  readonly isNew: boolean;
}

/** Numbers tried for a network whose name is taken. */
const ALIASES_MAX = 100;

/**
 * Opens a network by name. One that is not there is made, with a key of its own; of two processes
 * that do so at once both end up with the same key.
 * @param create false: only one that is there
 * @throws PeerError `network-damaged`, `network-unwritable`, `no-such-network`, `bad-network`
 */
export async function openNetwork(
  base: string,
  name: string = LOCAL_NETWORK,
  { create = true }: { readonly create?: boolean } = {},
): Promise<StoredNetwork> {
  checkNetworkName(name);
  const path = networkFile(base, name);
  const found = await readNetwork(path);
  if (found !== undefined) return stored(base, name, found);
  if (!create) {
    const how = 'Start a peer in it, or join it with an invite';
    throw new PeerError('no-such-network', `there is no network ${name} in ${base}. ${how}`);
  }
  const state = initialKeyState(newNetworkKey());
  const made = { network: name, id: newNetworkId(), state, seeds: [] };
  if (await createNetwork(path, made)) return stored(base, name, made, true);
  return openNetwork(base, name, { create: false }); // Somebody was faster.
}

/**
 * Opens the network of an invite and keeps it for later, under its own name where that is free.
 * @param as a name of our own for it
 * @throws PeerError `bad-invite` for a key that was removed, or a name that is taken; as `openNetwork`
 */
export async function joinNetwork(
  base: string,
  invite: Invite,
  as?: string,
): Promise<StoredNetwork> {
  const names = as === undefined ? aliasesOf(invite.network) : [checkNetworkName(as)];
  for (const name of names) {
    const joined = await joinUnder(base, name, invite);
    if (joined !== undefined) return joined;
  }
  const taken = `there is another network called ${as ?? invite.network} in ${base}`;
  throw new PeerError('bad-invite', `${taken}; choose a name for this one with --network`);
}

/** Names of the networks that are kept, the local one first. */
export async function networkNames(base: string): Promise<readonly string[]> {
  const folders = await readdir(base).catch(() => []);
  const others = folders.map(networkOfFolder).filter((name) => name !== undefined);
  const names: string[] = [];
  for (const name of [LOCAL_NETWORK, ...others.toSorted()]) {
    const exists = await readNetwork(networkFile(base, name)).catch(() => true);
    if (exists !== undefined && !names.includes(name)) names.push(name);
  }
  return names;
}

/** @returns undefined when the name belongs to another network */
async function joinUnder(
  base: string,
  name: string,
  invite: Invite,
): Promise<StoredNetwork | undefined> {
  const path = networkFile(base, name);
  const { network, id, key, addresses: seeds } = invite;
  const before = await readNetwork(path);
  if (before === undefined) {
    const made = { network, id, state: initialKeyState(key), seeds };
    if (await createNetwork(path, made)) return stored(base, name, made, true);
    return joinUnder(base, name, invite); // Somebody was faster.
  }
  if (before.network !== network || before.id !== id) return undefined;
  const after = { ...before, seeds, state: invitedState(before.state, key, network) };
  await writeNetwork(path, after);
  return stored(base, name, after);
}

/** Who was away while the key was changed comes back by a new invite, as the same peer. */
function invitedState(state: KeyState, key: Uint8Array, network: string): KeyState {
  const id = keyIdOf(key);
  if (state.removed.includes(id)) {
    const what = `the key ${shortKeyId(id)} of this invite was removed from ${network}`;
    throw new PeerError('bad-invite', `${what}; ask a member for a new invite`);
  }
  if (state.keys.some((each) => keyIdOf(each) === id)) return state;
  const kept = { ...state, keys: state.keys.slice(0, NETWORK_KEYS_MAX - 1) };
  const installed = applyKeyChange(kept, { kind: 'install', key }).state;
  const at = { ms: Date.now(), counter: 0, peer: '' };
  return applyKeyChange(installed, { kind: 'use', id, at }).state;
}

function* aliasesOf(network: string): Iterable<string> {
  yield network;
  for (let number = 2; number <= ALIASES_MAX; number++) yield `${network}-${number}`;
}

function stored(
  base: string,
  name: string,
  { network, id, state, seeds, wideMode }: NetworkRecord & Partial<FoundNetwork>,
  isNew = false,
): StoredNetwork {
  const file = networkFile(base, name);
  const notices = wideMode === undefined ? [] : [rightsNotice(file, wideMode)];
  const keys = new NetworkKeys(state, (current) => mergeIntoFile(file, current), notices);
  return { name, network, id, keys, seeds, folder: networkFolder(base, name), file, isNew };
}

function rightsNotice(file: string, mode: number): NetworkKeys['notices'][number] {
  const found = `${file} could be read by others (mode 0${mode.toString(8)}), now by you alone`;
  const advice = 'If somebody did, change the key: hearsay keys install';
  return { code: 'network-rights', message: `${found}. ${advice}.` };
}

/** Several peers of one user share a file, and each of them learns of every change. */
async function mergeIntoFile(file: string, state: KeyState): Promise<KeyState> {
  const found = await readNetwork(file);
  if (found === undefined) {
    throw new PeerError('network-unwritable', `cannot write ${file}: it is gone`);
  }
  const merged = mergeKeyStates(state, found.state);
  await writeNetwork(file, { ...found, state: merged });
  return merged;
}
