import type { Run } from '../calls/dispatcher.js';
import { encodePayload } from '../wire/payload.js';

/**
 * Sends what a handler makes, one item after the other, as fast as the caller reads. What the handler
 * throws is thrown on.
 * @throws ServiceError `unencodable-output`
 */
export async function sendItems(
  run: Run,
  items: AsyncIterable<unknown>,
  signal: AbortSignal,
): Promise<void> {
  for await (const item of items) {
    if (signal.aborted) return;
    if (!run.hasCredit) await credit(run, signal);
    if (signal.aborted) return;
    run.item(encodePayload(item, 'unencodable-output'));
  }
}

function credit(run: Run, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      run.onCredit = undefined;
      signal.removeEventListener('abort', done);
      resolve();
    };
    run.onCredit = done;
    signal.addEventListener('abort', done);
  });
}
