import type { Readable } from 'node:stream';
import { type InputLine, LineSplitter } from './line-splitter.js';

/** Hands over the lines of a stream one by one; a slow handler holds the writer back. */
export async function pumpLines(
  input: Readable,
  bytesMax: number,
  handle: (line: InputLine) => Promise<void> | void,
): Promise<void> {
  const splitter = new LineSplitter(bytesMax);
  try {
    for await (const chunk of input) {
      for (const line of splitter.push(chunk)) await handle(line);
    }
  } catch (error) {
    if (!isGone(error)) throw error;
  }
  for (const line of splitter.end()) await handle(line);
}

/** A terminal that went away, or our own end, is the end of the input and no error. */
function isGone(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'EIO' || code === 'ERR_STREAM_PREMATURE_CLOSE' || code === 'ABORT_ERR';
}
