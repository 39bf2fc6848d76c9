import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type PeerId, peerId } from '@hearsay/core';
import { customAlphabet } from 'nanoid';
import { PeerError } from '../errors.js';
import { type Profile, readProfile, unwritable, writeProfile } from './profile-file.js';
import { lockFolder, type ProfileLock } from './profile-lock.js';

const ID_CHARS = 32;
const PROFILE_FILE = 'profile.json';

const randomId = customAlphabet('0123456789abcdef', ID_CHARS);

/** Who this peer is, for as long as it runs. */
export interface Identity {
  readonly id: PeerId;
  /** Higher than that of any run before. */
  readonly generation: number;
  /** Remembers a new nick for the next start. */
  saveNick(nick: string): Promise<void>;
  /** Makes the next start use a generation above this one, which somebody else runs under. */
  saveSeenGeneration(generation: number): Promise<void>;
  /** Lets another process use the profile. Idempotent. */
  release(): Promise<void>;
}

/** An id that nobody will remember. */
export function freshIdentity(): Identity {
  const nothing = (): Promise<void> => Promise.resolve();
  return {
    id: newPeerId(),
    generation: 1,
    saveNick: nothing,
    saveSeenGeneration: nothing,
    release: nothing,
  };
}

/**
 * Takes over the profile in a folder, or makes one. When this returns the new generation is on
 * disk: a number is never used twice, whatever happens next.
 * @throws PeerError `profile-in-use`, `profile-damaged`, `profile-unwritable`
 */
export async function openIdentity(folder: string, nick: string): Promise<Identity> {
  const lock = await lockIn(folder);
  const path = join(folder, PROFILE_FILE);
  try {
    const before = await readProfile(path);
    const profile: Profile = {
      id: before?.id ?? newPeerId(),
      generation: (before?.generation ?? 0) + 1,
      nick,
    };
    await writeProfile(path, profile);
    return new StoredIdentity(path, profile, lock);
  } catch (error) {
    await lock.release();
    throw error;
  }
}

class StoredIdentity implements Identity {
  readonly id: PeerId;
  readonly generation: number;
  readonly #path: string;
  readonly #lock: ProfileLock;
  #profile: Profile;
  /** Writes follow each other, so that the last one asked for is the last one on disk. */
  #writing: Promise<void> = Promise.resolve();

  constructor(path: string, profile: Profile, lock: ProfileLock) {
    this.id = profile.id;
    this.generation = profile.generation;
    this.#path = path;
    this.#profile = profile;
    this.#lock = lock;
  }

  saveNick(nick: string): Promise<void> {
    return this.#save({ ...this.#profile, nick });
  }

  saveSeenGeneration(generation: number): Promise<void> {
    const highest = Math.max(this.#profile.generation, generation);
    return this.#save({ ...this.#profile, generation: highest });
  }

  async release(): Promise<void> {
    await this.#writing.catch(() => undefined); // Reported to whoever asked for that write.
    await this.#lock.release();
  }

  #save(profile: Profile): Promise<void> {
    this.#profile = profile;
    const before = this.#writing.catch(() => undefined);
    this.#writing = before.then(() => writeProfile(this.#path, profile));
    return this.#writing;
  }
}

async function lockIn(folder: string): Promise<ProfileLock> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await chmod(folder, 0o700);
    return await lockFolder(folder);
  } catch (error) {
    throw error instanceof PeerError ? error : unwritable(folder, error);
  }
}

function newPeerId(): PeerId {
  return peerId(randomId());
}
