import { randomUUID } from 'node:crypto';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type PeerId, peerId } from '@hearsay/core';
import { PeerError, reasonOf, systemCode } from '../errors.js';
import { GENERATION_MAX, SMALL_FILE_BYTES_MAX } from '../limits.js';

/** What a peer remembers about itself over restarts. */
export interface Profile {
  readonly id: PeerId;
  /** Of the last run that used it. */
  readonly generation: number;
  readonly nick: string;
}

/**
 * Reads a profile, or undefined when there is none yet.
 * @throws PeerError `profile-damaged`: guessing an id or a generation could make others ignore us
 */
export async function readProfile(path: string): Promise<Profile | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw damaged(path, reasonOf(error), error);
  }
  if (text.length > SMALL_FILE_BYTES_MAX) throw damaged(path, 'it is too large', undefined);
  try {
    return parseProfile(JSON.parse(text));
  } catch (error) {
    throw damaged(path, reasonOf(error), error);
  }
}

/**
 * Writes a profile so that after a power cut either the old or the new one is there.
 * @throws PeerError `profile-unwritable`
 */
export async function writeProfile(path: string, profile: Profile): Promise<void> {
  const temporary = `${path}.${randomUUID()}`;
  try {
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(`${JSON.stringify({ version: 1, ...profile })}\n`);
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
  const { id, generation, nick } = value as Readonly<Record<string, unknown>>; // Checked below.
  if (typeof id !== 'string') throw new Error('it has no id');
  if (typeof nick !== 'string') throw new Error('it has no nick');
  const whole = typeof generation === 'number' && Number.isInteger(generation);
  if (!whole || generation < 0 || generation > GENERATION_MAX) {
    throw new Error('it has no generation');
  }
  return { id: peerId(id), generation, nick };
}

function damaged(path: string, reason: string, cause: unknown): PeerError {
  const advice = 'Move it away to start as a new peer';
  return new PeerError('profile-damaged', `${path} does not read: ${reason}. ${advice}.`, {
    cause,
  });
}
