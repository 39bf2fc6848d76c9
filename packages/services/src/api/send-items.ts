import type { Run } from '../calls/dispatcher.js';
import { reasonOf } from '../errors.js';
import { encodePayload, type Payload } from '../wire/payload.js';

/** An item that does not travel; what a handler throws itself may look alike. */
export class UnencodableItem extends Error {}

/**
 * Sends what a handler makes, one item after the other, as fast as the caller reads. What the handler
 * throws is thrown on.
 * @throws UnencodableItem
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
    run.item(encodeItem(item));
  }
}

function encodeItem(item: unknown): Payload {
  try {
    return encodePayload(item, 'unencodable-output');
  } catch (cause) {
    throw new UnencodableItem(reasonOf(cause), { cause });
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
