import type { Dot, StreamId } from '@hearsay/core';
import fc from 'fast-check';
import type { Change, Operation } from '../../src/index.js';
import { stream } from './store.js';

const byte = fc.integer({ min: 0, max: 255 });
/** One-byte strings. */
const binary: fc.Arbitrary<string> = fc
  .array(byte, { maxLength: 12 })
  .map((codes) => String.fromCharCode(...codes));
const key = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
  .filter((text) => text.isWellFormed());
const sequence: fc.Arbitrary<number> = fc.integer({ min: 1, max: 2 ** 48 - 1 });
const time: fc.Arbitrary<{ ms: number; counter: number }> = fc.record({
  ms: fc.integer({ min: 0, max: 2 ** 48 - 1 }),
  counter: fc.integer({ min: 0, max: 0xffff }),
});
const deadlineMs: fc.Arbitrary<number | undefined> = fc.option(
  fc.integer({ min: 1, max: 2 ** 48 - 1 }),
  { nil: undefined },
);
const total = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });

/** Items of different streams, in the order of the streams. */
function byStream<T extends object>(
  item: fc.Arbitrary<T>,
): fc.Arbitrary<(T & { readonly stream: StreamId })[]> {
  return fc
    .uniqueArray(fc.tuple(fc.integer({ min: 1, max: 4 }), item), {
      selector: ([number]) => number,
      maxLength: 4,
    })
    .map((pairs) =>
      pairs
        .sort(([left], [right]) => left - right)
        .map(([number, rest]) => ({ ...rest, stream: stream(number) })),
    );
}

const dots: fc.Arbitrary<Dot[]> = byStream(fc.record({ sequence }));

function byElement<T extends object>(
  item: fc.Arbitrary<T>,
): fc.Arbitrary<(T & { readonly element: string })[]> {
  return fc
    .uniqueArray(fc.tuple(binary, item), { selector: ([element]) => element, maxLength: 4 })
    .map((pairs) =>
      pairs
        .sort(([left], [right]) => (left < right ? -1 : 1))
        .map(([element, rest]) => ({ ...rest, element })),
    );
}

const elements = byElement(fc.record({ dots }));
const seen = byStream(fc.record({ sequence, birth: sequence, plus: total, minus: total }));

const change: fc.Arbitrary<Change> = fc.oneof(
  fc.record({ kind: fc.constant('set' as const), value: binary, deadlineMs }),
  fc.record({ kind: fc.constant('delete' as const) }),
  fc.record({ kind: fc.constant('deadline' as const), deadlineMs }),
  fc.record({
    kind: fc.constant('count' as const),
    birth: fc.integer({ min: 0, max: 2 ** 48 - 1 }),
    plus: total,
    minus: total,
  }),
  fc.record({ kind: fc.constant('reset' as const), seen }),
  fc.record({ kind: fc.constantFrom('set-add' as const, 'set-remove' as const), elements }),
  fc.record({
    kind: fc.constant('hash-set' as const),
    fields: byElement(fc.record({ dots, value: binary })),
  }),
  fc.record({ kind: fc.constant('hash-remove' as const), fields: elements }),
  fc.record({
    kind: fc.constant('clear' as const),
    of: fc.constantFrom('set' as const, 'hash' as const),
    seen: dots,
  }),
);

export const operation: fc.Arbitrary<Operation> = fc.record({ key, time, change });
