import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PeerId } from '@hearsay/core';
import { isRunning } from '../profile/process-identity.js';
import { ID_CHARS_IN_NAME, parseRunFile, RUN_FILE_NAME } from './run-file.js';
import { defaultRunFolder } from './run-folder.js';

/**
 * The process of a peer that runs on this machine for this user, as its own file in the run folder
 * says; undefined for all others. What a peer tells of itself over the network is not asked: it
 * could name any process.
 */
export async function localProcessOf(
  peer: PeerId,
  folder: string = defaultRunFolder(),
): Promise<number | undefined> {
  const user = process.getuid?.();
  const found = await lstat(folder).catch(() => undefined);
  if (found === undefined || (user !== undefined && found.uid !== user)) return undefined;
  const end = `-${peer.slice(0, ID_CHARS_IN_NAME)}.json`;
  const names = await readdir(folder);
  for (const name of names.filter((each) => RUN_FILE_NAME.test(each) && each.endsWith(end))) {
    const text = await readFile(join(folder, name), 'utf8').catch(() => '');
    const file = parseRunFile(text);
    if (file?.entry.peer !== peer) continue;
    if (await isRunning(file.process)) return file.process.pid;
  }
  return undefined;
}
