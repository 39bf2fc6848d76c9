import { writeFile } from 'node:fs/promises';
import { eventLine } from '../../json/encode.js';
import type { MeshEvent } from './mesh-event.js';

/**
 * Writes events as JSON mode would print them, one a line, to a new file in the current folder.
 * @returns its name
 * @throws Error of the file system; nothing is overwritten
 */
export async function exportEvents(events: readonly MeshEvent[], nick: string): Promise<string> {
  const stamp = new Date().toISOString().replace(/[:.]/g, '-');
  const file = `hearsay-events-${nick}-${stamp}.ndjson`;
  const lines = events.map(({ type, fields, atMs }) => `${eventLine(type, fields, atMs)}\n`);
  await writeFile(file, lines.join(''), { flag: 'wx', mode: 0o600 });
  return file;
}
