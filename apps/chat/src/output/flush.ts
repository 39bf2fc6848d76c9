import type { Writable } from 'node:stream';

/** Waits until everything written is with the reader, or gives up. */
export async function flushStream(stream: Writable, patienceMs: number): Promise<void> {
  if (stream.writableLength === 0 || !stream.writable) return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, patienceMs);
    const done = (): void => {
      clearTimeout(timer);
      resolve();
    };
    stream.once('drain', done);
    stream.once('close', done);
  });
}
