import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { LabError } from '../errors.js';
import { readStory } from './read-story.js';
import type { Story } from './story.js';

const SHIPPED = fileURLToPath(new URL('../../stories', import.meta.url));
const EXTENSION = '.json';

/**
 * @param name of a story that comes with the lab, with or without `.json`, or the path of a file
 * @throws LabError `usage` when there is none, or it is wrong
 */
export async function loadStory(name: string): Promise<Story> {
  const isPath = name.includes('/') || name.includes(path.sep);
  const shipped = path.join(SHIPPED, `${path.basename(name, EXTENSION)}${EXTENSION}`);
  const text = (isPath ? undefined : await readOrNot(shipped)) ?? (await readOrNot(name));
  if (text === undefined) {
    throw new LabError('usage', `there is no story ${name}; hearsay-lab run --list names them`);
  }
  return readStory(text, name, path.basename(name, EXTENSION));
}

/** All that come with the lab, by name. */
export async function shippedStories(): Promise<readonly Story[]> {
  const files = await readdir(SHIPPED);
  return Promise.all(
    files
      .filter((file) => file.endsWith(EXTENSION))
      .sort()
      .map(loadStory),
  );
}

async function readOrNot(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'EISDIR') return undefined;
    throw error;
  }
}
