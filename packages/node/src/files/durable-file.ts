import { randomUUID } from 'node:crypto';
import { link, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { systemCode } from '../errors.js';

/** Replaces a small file so that after a power cut either the old or the new one is there. */
export async function replaceFile(path: string, text: string): Promise<void> {
  await withTemporary(path, text, (temporary) => rename(temporary, path));
}

/**
 * Makes a small file, whole from the moment it is there.
 * @returns false when somebody else made it first; theirs stays
 */
export async function createFile(path: string, text: string): Promise<boolean> {
  let created = true;
  await withTemporary(path, text, async (temporary) => {
    try {
      await link(temporary, path); // Unlike a rename it never takes the place of another.
    } catch (error) {
      if (systemCode(error) !== 'EEXIST') throw error;
      created = false;
    }
  });
  return created;
}

async function withTemporary(
  path: string,
  text: string,
  put: (temporary: string) => Promise<void>,
): Promise<void> {
  const temporary = `${path}.${randomUUID()}`;
  try {
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await put(temporary);
    await syncFolder(dirname(path));
  } finally {
    await rm(temporary, { force: true }).catch(() => undefined); // What went wrong before tells more.
  }
}

/** Makes a new name itself durable; some systems cannot open a folder, and lose nothing by it. */
export async function syncFolder(path: string): Promise<void> {
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
