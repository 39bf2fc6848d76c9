import { parseStreamId } from '@hearsay/core';
import type { Context } from './context.js';
import { generationAbove, OwnStream } from './own-stream.js';

/** We cannot go on in our stream, as an earlier run may have used its numbers: begins another. */
export function renewStream(context: Context, above: number): void {
  const { own, now, self, vector, crypto, outbox } = context;
  const was = own.stream;
  const least = Math.max(above, parseStreamId(was).generation, now.wallMs) + 1;
  const generation = generationAbove(self, vector, least);
  context.own = new OwnStream({ id: self, generation, sequence: 0 }, context, crypto);
  outbox.event({ kind: 'new-stream', was, is: context.own.stream });
}
