import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { SEED_BYTES } from '../crypto/keys.js';
import { PeerError, reasonOf, systemCode } from '../errors.js';
import { GENERATION_MAX, SMALL_FILE_BYTES_MAX } from '../limits.js';

/** What a peer remembers about itself over restarts. */
export interface Profile {
  /** Its key in short form; undefined in a file of an older kind, whose id was no key. */
  readonly seed: Uint8Array | undefined;
  /** Of the last run that used it. */
  readonly generation: number;
  readonly nick: string;
}

/** A profile as it was found. */
export interface FoundProfile {
  readonly profile: Profile;
  /** Others than its owner may read or write the file: its mode, when that is so. */
  readonly wideMode: number | undefined;
}

const WITH_KEY = 2;
const OTHERS = 0o077;
const PERMISSIONS = 0o777;

/**
 * Reads a profile, or undefined when there is none yet.
 * @throws PeerError `profile-damaged`: guessing a key or a generation could make others ignore us
 */
export async function readProfile(path: string): Promise<FoundProfile | undefined> {
  try {
    const file = await open(path, 'r');
    try {
      const { mode, size } = await file.stat();
      if (size > SMALL_FILE_BYTES_MAX) throw new Error('it is too large');
      const profile = parseProfile(JSON.parse(await file.readFile('utf8')));
      return { profile, wideMode: isWide(mode) ? mode & PERMISSIONS : undefined };
    } finally {
      await file.close();
    }
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw damaged(path, reasonOf(error), error);
  }
}

/**
 * Writes a profile so that after a power cut either the old or the new one is there.
 * @throws PeerError `profile-unwritable`
 */
export async function writeProfile(
  path: string,
  { seed, generation, nick }: Profile & { readonly seed: Uint8Array },
): Promise<void> {
  const text = JSON.stringify({
    version: WITH_KEY,
    seed: Buffer.from(seed).toString('hex'),
    generation,
    nick,
  });
  const temporary = `${path}.${randomUUID()}`;
  try {
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(`${text}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    await syncFolder(dirname(path));
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined); // The first error tells more.
    throw unwritable(path, error);
  }
}

/** Why a file or folder of the profile cannot be written. */
export function unwritable(path: string, error: unknown): PeerError {
  const message = `cannot write ${path}: ${reasonOf(error)}`;
  return new PeerError('profile-unwritable', message, { cause: error });
}

/** Makes the rename itself durable; some systems cannot open a folder, and lose nothing by it. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(() => undefined);
  if (folder === undefined) return;
  try {
    await folder.sync();
  } catch {
    // Refused on some file systems: the file itself is synced already.
  } finally {
    await folder.close();
  }
}

function parseProfile(value: unknown): Profile {
  if (typeof value !== 'object' || value === null) throw new Error('it is no JSON object');
  const { version, seed, generation, nick } = value as Readonly<Record<string, unknown>>; // Checked below.
  if (typeof nick !== 'string') throw new Error('it has no nick');
  const whole = typeof generation === 'number' && Number.isInteger(generation);
  if (!whole || generation < 0 || generation > GENERATION_MAX) {
    throw new Error('it has no generation');
  }
  return { seed: version === 1 ? undefined : parseSeed(seed), generation, nick };
}

function parseSeed(seed: unknown): Uint8Array {
  const bytes = typeof seed === 'string' ? Buffer.from(seed, 'hex') : undefined;
  if (bytes?.length !== SEED_BYTES || bytes.toString('hex') !== seed) {
    throw new Error('it has no key');
  }
  return bytes;
}

/** Windows has rights of another kind, and shows all of these. */
function isWide(mode: number): boolean {
  return process.platform !== 'win32' && (mode & OTHERS) !== 0;
}

function damaged(path: string, reason: string, cause: unknown): PeerError {
  const advice = 'Move it away to start as a new peer';
  return new PeerError('profile-damaged', `${path} does not read: ${reason}. ${advice}.`, {
    cause,
  });
}
