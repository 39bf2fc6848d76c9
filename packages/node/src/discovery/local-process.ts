import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PeerId } from '@hearsay/core';
import { isRunning } from '../profile/process-identity.js';
import { ID_CHARS_IN_NAME, parseRunFile, RUN_FILE_NAME, type RunFile } from './run-file.js';
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
  const end = `-${peer.slice(0, ID_CHARS_IN_NAME)}.json`;
  for await (const file of runningFiles(folder, (name) => name.endsWith(end))) {
    if (file.entry.peer === peer) return file.process.pid;
  }
  return undefined;
}

/** A peer that runs on this machine for this user. */
export interface LocalPeer {
  readonly peer: PeerId;
  /** `host:port` to ask it over HTTP. */
  readonly address: string;
}

/** Peers of a network that run on this machine for this user, those that started last first. */
export async function localPeersOf(
  network: string,
  folder: string = defaultRunFolder(),
): Promise<readonly LocalPeer[]> {
  const found: RunFile[] = [];
  for await (const file of runningFiles(folder, () => true)) {
    if (file.entry.network === network) found.push(file);
  }
  return found
    .sort((left, right) => right.process.start - left.process.start)
    .map(({ entry: { peer, address } }) => ({ peer, address }));
}

/** Files of peers that run; none when the folder is not ours. */
async function* runningFiles(
  folder: string,
  isOf: (name: string) => boolean,
): AsyncGenerator<RunFile> {
  const user = process.getuid?.();
  const found = await lstat(folder).catch(() => undefined);
  if (found === undefined || (user !== undefined && found.uid !== user)) return;
  const names = await readdir(folder);
  for (const name of names.filter((each) => RUN_FILE_NAME.test(each) && isOf(each))) {
    const text = await readFile(join(folder, name), 'utf8').catch(() => '');
    const file = parseRunFile(text);
    if (file !== undefined && (await isRunning(file.process))) yield file;
  }
}
