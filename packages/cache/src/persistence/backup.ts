import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { copyFile, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AppendFile, LogFolder, syncFolder } from '@hearsay/node/store';
import type { CacheHost } from '../host/cache-host.js';
import { RestoreError } from '../host/errors.js';
import { snapshotRecords } from '../replication/replay.js';
import { type CacheRecord, splitRecord } from './cache-record.js';
import { logNumbers, readLog } from './read-log.js';

/** A backup is a log of its own, with this number. */
const BACKUP_NUMBER = 1;

/** Writes all that a cache holds to a file, whole from the moment it is there. @throws system errors */
export async function writeBackup(file: string, host: CacheHost): Promise<void> {
  const folder = new LogFolder(join(dirname(file), `.backup-${randomUUID()}`));
  mkdirSync(folder.path, { mode: 0o700 });
  try {
    const log = AppendFile.create(folder, BACKUP_NUMBER);
    try {
      // In one turn: a moment of the cache, and no mixture of two.
      const records: CacheRecord[] = [
        { kind: 'date', bytes: new TextEncoder().encode(String(Date.now())) },
        ...snapshotRecords(host.replication, host.box),
        { kind: 'whole', bytes: new Uint8Array(0) },
      ];
      for (const record of records) {
        for (const part of splitRecord(record)) log.append('batch', part);
      }
      log.write();
    } finally {
      log.close();
    }
    await sync(folder.segment(BACKUP_NUMBER));
    await rename(folder.segment(BACKUP_NUMBER), file);
    await syncFolder(dirname(file));
  } finally {
    await rm(folder.path, { recursive: true, force: true });
  }
}

/** How a backup is restored. */
export interface RestoreOptions {
  /** Of the cache. Default 24 h. */
  readonly forgetAfterMs?: number;
  /**
   * Takes a backup that is too old, for a mesh that begins anew from it: in a mesh that lives, what
   * others know replaces it.
   */
  readonly reseed?: boolean;
}

const DAY_MS = 86_400_000;

/**
 * Makes the folder of a cache out of a backup. The cache that opens it writes in a new stream, so
 * that no number is used twice.
 * @returns when the backup was made
 * @throws RestoreError `backup-damaged`, `backup-too-old`, `folder-in-use`; system errors
 */
export async function restoreCache(
  file: string,
  dir: string,
  { forgetAfterMs = DAY_MS, reseed = false }: RestoreOptions = {},
): Promise<Date> {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  if (readdirSync(dir).length > 0) {
    throw new RestoreError('folder-in-use', `${dir} is not empty: restore into a new folder`);
  }
  const folder = new LogFolder(dir);
  const target = folder.segment(BACKUP_NUMBER);
  try {
    await copyFile(file, target);
    const date = dateOf(folder, file);
    const ageMs = Date.now() - date.getTime();
    if (ageMs > forgetAfterMs && !reseed) {
      const what = `${file} is of ${date.toISOString()}: the mesh may have forgotten deletions since`;
      throw new RestoreError('backup-too-old', `${what}; start empty, or restore with reseed`);
    }
    await sync(target);
    await syncFolder(dir);
    return date;
  } catch (error) {
    rmSync(target, { force: true });
    throw error;
  }
}

function dateOf(folder: LogFolder, file: string): Date {
  const [number] = logNumbers(folder);
  const found = number === undefined ? undefined : readLog(folder, number);
  const [first] = found?.records ?? [];
  const isWhole = found !== undefined && found.tornBytes === 0;
  if (first?.kind !== 'date' || !isWhole) {
    throw new RestoreError('backup-damaged', `${file} is no whole backup of a cache`);
  }
  return new Date(Number(new TextDecoder().decode(first.bytes)));
}

async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
