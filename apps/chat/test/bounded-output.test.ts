import { Writable } from 'node:stream';
import { expect, it, vi } from 'vitest';
import { BoundedOutput } from '../src/output/bounded-output.js';
import { flushStream } from '../src/output/flush.js';

/** A reader that takes nothing until it is told to. */
function slowReader(): { stream: Writable; read: () => void; lines: string[] } {
  const lines: string[] = [];
  const waiting: (() => void)[] = [];
  const stream = new Writable({
    highWaterMark: 1,
    write(chunk: Buffer, _encoding, done) {
      lines.push(chunk.toString().trimEnd());
      waiting.push(done);
    },
  });
  const read = (): void => {
    for (const done of waiting.splice(0)) done();
  };
  return { stream, read, lines };
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it('drops whole lines over the bound, and says how many once there is room', async () => {
  const { stream, read, lines } = slowReader();
  const output = new BoundedOutput({
    stream,
    bytesMax: 20,
    describeDropped: (count) => `dropped ${count}`,
  });
  for (const line of ['one 567', 'two 567', 'three', 'four', 'x']) output.writeLine(line);
  while (stream.writableLength > 0) {
    read();
    await settle();
  }
  read();
  await settle();
  expect(lines).toEqual(['one 567', 'two 567', 'dropped 3']);
  read();
  await settle();
  output.writeLine('later');
  expect(lines.at(-1)).toBe('later');
});

it('is silent about a reader that is gone', () => {
  const { stream } = slowReader();
  const output = new BoundedOutput({ stream, bytesMax: 20, describeDropped: String });
  stream.on('error', () => undefined);
  stream.destroy(new Error('EPIPE'));
  expect(() => output.writeLine('x')).not.toThrow();
});

it('waits for a reader, but not for ever', async () => {
  vi.useFakeTimers();
  const { stream } = slowReader();
  await flushStream(stream, 1_000);
  stream.write('x');
  let isDone = false;
  const flushing = flushStream(stream, 1_000).then(() => {
    isDone = true;
  });
  await vi.advanceTimersByTimeAsync(999);
  expect(isDone).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  await flushing;
  vi.useRealTimers();
});
