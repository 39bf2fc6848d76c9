import { open } from 'node:fs/promises';
import { SEED_BYTES } from '../crypto/keys.js';
import { PeerError, reasonOf, systemCode } from '../errors.js';
import { parseChecked, parseFields, renderChecked } from '../files/checked-json.js';
import { replaceFile } from '../files/durable-file.js';
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
      const profile = parseProfile(await file.readFile('utf8'));
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
  const hex = Buffer.from(seed).toString('hex');
  try {
    const text = renderChecked({ version: WITH_KEY, seed: hex, generation, nick });
    await replaceFile(path, text);
  } catch (error) {
    throw unwritable(path, error);
  }
}

/** Why a file or folder of the profile cannot be written. */
export function unwritable(path: string, error: unknown): PeerError {
  const message = `cannot write ${path}: ${reasonOf(error)}`;
  return new PeerError('profile-unwritable', message, { cause: error });
}

function parseProfile(text: string): Profile {
  const fields = parseFields(text);
  // Only a file of the older kind has no check, and it has no key to be lost.
  const isOlder = fields['version'] === 1 && !('seed' in fields) && !('check' in fields);
  const { seed, generation, nick } = isOlder ? fields : parseChecked(text);
  if (typeof nick !== 'string') throw new Error('it has no nick');
  const whole = typeof generation === 'number' && Number.isInteger(generation);
  if (!whole || generation < 0 || generation > GENERATION_MAX) {
    throw new Error('it has no generation');
  }
  return { seed: isOlder ? undefined : parseSeed(seed), generation, nick };
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
