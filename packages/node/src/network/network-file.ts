import { chmod, mkdir, readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PeerError, reasonOf, systemCode } from '../errors.js';
import { createFile, replaceFile } from '../files/durable-file.js';
import { NETWORK_FILE_BYTES_MAX } from '../limits.js';
import { LOCAL_NETWORK } from './network-name.js';
import { type NetworkRecord, parseNetwork, renderNetwork } from './network-text.js';

/** No nick begins with `@`, so this can stand beside profiles. */
const FILE_NAME = '@network.json';
const NETWORK_PREFIX = '@';
const OTHERS = 0o077;
const PERMISSIONS = 0o777;

/** A network file as it was found. */
export interface FoundNetwork extends NetworkRecord {
  /** Others than its owner could read or write the file: its mode, when that was so. */
  readonly wideMode: number | undefined;
}

/**
 * Where a network and the profiles in it are kept: `<base>` itself for the local one, else
 * `<base>/@<name>`.
 */
export function networkFolder(base: string, name: string): string {
  return name === LOCAL_NETWORK ? base : join(base, NETWORK_PREFIX + name);
}

export function networkFile(base: string, name: string): string {
  return join(networkFolder(base, name), FILE_NAME);
}

/** The name of the network that a folder under `base` is for, if it is for one. */
export function networkOfFolder(folder: string): string | undefined {
  return folder.startsWith(NETWORK_PREFIX) ? folder.slice(NETWORK_PREFIX.length) : undefined;
}

/**
 * Reads a network file, and takes it from others who could read it; or undefined when there is none.
 * @throws PeerError `network-damaged`: another key would split us from the others
 */
export async function readNetwork(path: string): Promise<FoundNetwork | undefined> {
  let text: string;
  let wideMode: number | undefined;
  try {
    const { mode } = await stat(path);
    if (isWide(mode)) {
      wideMode = mode & PERMISSIONS;
      await chmod(path, wideMode & ~OTHERS);
    }
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return undefined;
    throw damaged(path, reasonOf(error), error);
  }
  if (text.length > NETWORK_FILE_BYTES_MAX) throw damaged(path, 'it is too large', undefined);
  try {
    return { ...parseNetwork(text), wideMode };
  } catch (error) {
    throw damaged(path, reasonOf(error), error);
  }
}

/**
 * Makes a network file.
 * @returns false when somebody else made it first
 * @throws PeerError `network-unwritable`
 */
export async function createNetwork(path: string, record: NetworkRecord): Promise<boolean> {
  try {
    const folder = dirname(path);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return await createFile(path, renderNetwork(record));
  } catch (error) {
    throw unwritable(path, error);
  }
}

/** @throws PeerError `network-unwritable` */
export async function writeNetwork(path: string, record: NetworkRecord): Promise<void> {
  try {
    await replaceFile(path, renderNetwork(record));
  } catch (error) {
    throw unwritable(path, error);
  }
}

/** Windows has rights of another kind, and shows all of these. */
function isWide(mode: number): boolean {
  return process.platform !== 'win32' && (mode & OTHERS) !== 0;
}

function damaged(path: string, reason: string, cause: unknown): PeerError {
  const advice = 'Move it away, and join again with an invite from a member';
  return new PeerError('network-damaged', `${path} does not read: ${reason}. ${advice}.`, {
    cause,
  });
}

function unwritable(path: string, error: unknown): PeerError {
  return new PeerError('network-unwritable', `cannot write ${path}: ${reasonOf(error)}`, {
    cause: error,
  });
}
