// A lock between processes: a folder that holds one file, named after its owner's process id.
//
// The folder is made elsewhere and renamed into place, so it never exists without its owner's name.
// Taking a lock from a dead owner deletes *that owner's* file first; two processes that both try
// cannot delete each other's lock, and only one rename into the emptied place succeeds.
import {
  mkdirSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

const pollMs = 200;
const heartbeatMs = 2_000;
/** A process id can be given to another program, so an owner must also have been heard of lately. */
const silentOwnerMs = 60_000;
/** What renaming onto a folder that is not empty fails with, on one system or another. */
const heldCodes = ['ENOTEMPTY', 'EEXIST', 'EPERM'];

/**
 * Waits for the lock, and returns the function that releases it.
 * @param {string} folder
 * @param {() => void} onWaiting called once, when another process holds it
 */
export async function acquireLock(folder, onWaiting) {
  let told = false;
  while (!tryAcquire(folder)) {
    if (removeDeadOwner(folder)) continue;
    if (!told) onWaiting();
    told = true;
    await wait(pollMs);
  }
  const mine = path.join(folder, String(process.pid));
  const heartbeat = setInterval(() => touch(mine), heartbeatMs);
  heartbeat.unref();
  return () => {
    clearInterval(heartbeat);
    rmSync(mine, { force: true });
    removeIfEmpty(folder);
  };
}

/** @param {string} folder */
function tryAcquire(folder) {
  const prepared = `${folder}.${process.pid}`;
  mkdirSync(prepared, { recursive: true });
  writeFileSync(path.join(prepared, String(process.pid)), '');
  try {
    renameSync(prepared, folder);
    return true;
  } catch (error) {
    rmSync(prepared, { recursive: true, force: true });
    if (heldCodes.includes(codeOf(error))) return false;
    throw error;
  }
}

/** @param {unknown} error */
function codeOf(error) {
  return /** @type {NodeJS.ErrnoException} */ (error).code ?? '';
}

/**
 * Frees a lock whose owner is gone; tells whether it is worth trying again at once.
 * @param {string} folder
 */
function removeDeadOwner(folder) {
  const owners = ownersOf(folder).map((pid) => path.join(folder, pid));
  const dead = owners.filter((file) => !isRunning(file) || ageMs(file) > silentOwnerMs);
  for (const file of dead) rmSync(file, { force: true });
  removeIfEmpty(folder);
  return dead.length === owners.length;
}

/** @param {string} folder */
function ownersOf(folder) {
  try {
    return readdirSync(folder);
  } catch {
    return []; // Released in the meantime.
  }
}

/** @param {string} ownerFile */
function isRunning(ownerFile) {
  try {
    process.kill(Number(path.basename(ownerFile)), 0);
    return true;
  } catch (error) {
    // Not being allowed to signal a process proves that it exists.
    return codeOf(error) === 'EPERM';
  }
}

/** @param {string} file */
function ageMs(file) {
  return Date.now() - (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
}

/** @param {string} file */
function touch(file) {
  const now = new Date();
  try {
    utimesSync(file, now, now);
  } catch {
    // Taken from us after a long sleep. Making the file again would claim what we no longer hold.
  }
}

/** @param {string} folder */
function removeIfEmpty(folder) {
  try {
    rmdirSync(folder);
  } catch {
    // Somebody else holds it, or has already removed it.
  }
}
