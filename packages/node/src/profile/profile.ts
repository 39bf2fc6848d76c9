import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { PeerId } from '@hearsay/core';
import { peerIdOf } from '../crypto/ed25519-signer.js';
import { newSeed, type SigningKeys, signingKeysOf } from '../crypto/keys.js';
import { PeerError } from '../errors.js';
import {
  type FoundProfile,
  type Profile,
  readProfile,
  unwritable,
  writeProfile,
} from './profile-file.js';
import { lockFolder, type ProfileLock } from './profile-lock.js';

const PROFILE_FILE = 'profile.json';

/** Who this peer is, for as long as it runs. */
export interface Identity {
  /** The public key, in hex. */
  readonly id: PeerId;
  readonly keys: SigningKeys;
  /** Higher than that of any run before. */
  readonly generation: number;
  /** What a person should know about how the profile was found; each a line. */
  readonly notices: readonly ProfileNotice[];
  /** Remembers a new nick for the next start. */
  saveNick(nick: string): Promise<void>;
  /** Makes the next start use a generation above this one, which somebody else runs under. */
  saveSeenGeneration(generation: number): Promise<void>;
  /** Lets another process use the profile. Idempotent. */
  release(): Promise<void>;
}

/** Something about a profile that was put right. */
interface ProfileNotice {
  readonly code: 'profile-rights' | 'profile-renewed';
  readonly message: string;
}

/** A key that nobody will remember. */
export function freshIdentity(): Identity {
  const nothing = (): Promise<void> => Promise.resolve();
  const keys = signingKeysOf(newSeed());
  return {
    id: peerIdOf(keys.publicKey),
    keys,
    generation: 1,
    notices: [],
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
    const found = await readProfile(path);
    const before = found?.profile.seed === undefined ? undefined : found.profile;
    const profile = {
      seed: before?.seed ?? newSeed(),
      generation: (before?.generation ?? 0) + 1,
      nick,
    };
    await writeProfile(path, profile); // A new file, which only its owner may read.
    return new StoredIdentity({ path, profile, lock, notices: noticesOf(path, found) });
  } catch (error) {
    await lock.release();
    throw error;
  }
}

type KeyedProfile = Profile & { readonly seed: Uint8Array };

class StoredIdentity implements Identity {
  readonly id: PeerId;
  readonly keys: SigningKeys;
  readonly generation: number;
  readonly notices: readonly ProfileNotice[];
  readonly #path: string;
  readonly #lock: ProfileLock;
  #profile: KeyedProfile;
  /** Writes follow each other, so that the last one asked for is the last one on disk. */
  #writing: Promise<void> = Promise.resolve();

  constructor(parts: {
    readonly path: string;
    readonly profile: KeyedProfile;
    readonly lock: ProfileLock;
    readonly notices: readonly ProfileNotice[];
  }) {
    this.keys = signingKeysOf(parts.profile.seed);
    this.id = peerIdOf(this.keys.publicKey);
    this.generation = parts.profile.generation;
    this.notices = parts.notices;
    this.#path = parts.path;
    this.#profile = parts.profile;
    this.#lock = parts.lock;
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

  #save(profile: KeyedProfile): Promise<void> {
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

function noticesOf(path: string, found: FoundProfile | undefined): readonly ProfileNotice[] {
  if (found === undefined) return [];
  const notices: ProfileNotice[] = [];
  const { profile, wideMode } = found;
  if (profile.seed === undefined) {
    const message = `${path} held no key, so this is a new identity: others see a new peer`;
    notices.push({ code: 'profile-renewed', message });
  } else if (wideMode !== undefined) {
    const rights = `0${wideMode.toString(8)}`;
    const message = `${path} could be read by others (mode ${rights}), now by you alone. If somebody did, move it away to start as a new peer.`;
    notices.push({ code: 'profile-rights', message });
  }
  return notices;
}
