import type { Readable } from 'node:stream';
import { lineCharactersMax } from '../limits.js';

/**
 * Hands over every whole line of a stream. What follows the last line break is dropped: a killed
 * process leaves half a line.
 */
export function forEachLine(stream: Readable, onLine: (line: string) => void): void {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > lineCharactersMax) stream.destroy(new Error('a line without an end'));
    for (const line of lines) onLine(line);
  });
}
