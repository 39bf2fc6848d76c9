import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { customAlphabet } from 'nanoid';
import { PeerError } from '../errors.js';
import { isRunning, ownProcess, type ProcessIdentity } from './process-identity.js';

/** A profile that belongs to this process until it is released. */
export interface ProfileLock {
  /** Idempotent. */
  release(): Promise<void>;
}

const LOCK_NAME = /^lock-(?<pid>\d{1,10})-(?<start>\d{1,15})-[0-9a-f]{8}$/;
const ATTEMPTS = 3;
const RETRY_MS = 30;

const nonce = customAlphabet('0123456789abcdef', 8);

/**
 * Locks a folder for this process.
 *
 * Everybody who wants it first leaves a file that names itself, then looks for others. Of two at
 * least one sees the other, so never do two hold it; and as a name belongs to one process for
 * ever, the file of a dead one can be removed without asking who else does so at that moment.
 * Two that come at the same instant may both withdraw: they try again after different waits.
 *
 * @throws PeerError `profile-in-use` with the holder's pid
 */
export async function lockFolder(folder: string): Promise<ProfileLock> {
  const { pid, start } = await ownProcess();
  const name = `lock-${pid}-${start}-${nonce()}`;
  const release = (): Promise<void> => rm(join(folder, name), { force: true });
  for (let attempt = 1; ; attempt++) {
    const holder = await leaveName(folder, name);
    if (holder === undefined) return { release };
    await release();
    if (attempt === ATTEMPTS) throw inUse(folder, holder);
    await pause(RETRY_MS * Math.random());
  }
}

/** Leaves our file and looks for others; when that fails it is gone again, or we would bar ourselves. */
async function leaveName(folder: string, name: string): Promise<ProcessIdentity | undefined> {
  const path = join(folder, name);
  try {
    await writeFile(path, '', { mode: 0o600 });
    return await findHolder(folder, name);
  } catch (error) {
    await rm(path, { force: true }).catch(() => undefined); // What went wrong before tells more.
    throw error;
  }
}

/** Somebody else who runs; the files of those who do not are removed on the way. */
async function findHolder(folder: string, own: string): Promise<ProcessIdentity | undefined> {
  for (const name of await readdir(folder)) {
    const parts = LOCK_NAME.exec(name)?.groups;
    if (parts === undefined || name === own) continue;
    const other = { pid: Number(parts['pid']), start: Number(parts['start']) };
    if (await isRunning(other)) return other;
    await rm(join(folder, name), { force: true });
  }
  return undefined;
}

function inUse(folder: string, { pid }: ProcessIdentity): PeerError {
  return new PeerError('profile-in-use', `profile ${folder} is in use by process ${pid}`, { pid });
}
