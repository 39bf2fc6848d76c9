import { expect, it } from 'vitest';
import { CausalLog } from '../../src/log/causal-log.js';
import { Lacks } from '../../src/sync/lacks.js';
import { batchBytes } from '../support/bench.js';
import { START_MS, testContext } from '../support/context.js';
import { stream } from '../support/identities.js';
import { isBatchBy } from '../support/signer.js';

it('what is lacking is noted for as many streams as may be kept, and for those noted goes on rising', () => {
  const { context, at } = testContext({ limits: { streamsMax: 2 } });
  const { limits, counters } = context;
  const log = new CausalLog({ limits, counters, isBatchBy });
  const lacks = new Lacks(context, log);
  const [first, second, third] = [0x60, 0x61, 0x62] as const;
  for (const origin of [first, second, third]) lacks.note(stream(origin), 1, 60);
  lacks.note(stream(second), 2, 60); // It is noted already.
  for (const origin of [first, second]) {
    log.receive(batchBytes(origin, 1));
    lacks.rose(stream(origin));
  }
  at(START_MS + 60);
  expect(lacks.takeOverdue()).toEqual({ stream: stream(second), sequence: 2 });
  log.receive(batchBytes(second, 2));
  lacks.rose(stream(second));
  at(START_MS + 60_000);
  expect(lacks.takeOverdue()).toBeUndefined();
});

it('what does not come is pulled a few times, and then left to whoever brings it', () => {
  const { context, at } = testContext();
  const { limits, counters, config } = context;
  const lacks = new Lacks(context, new CausalLog({ limits, counters, isBatchBy }));
  lacks.note(stream(0x60), 1, 0);
  const overdue = Array.from({ length: 8 }, (_, look) => {
    at(START_MS + look * config.syncIntervalMs);
    return lacks.takeOverdue() !== undefined;
  });
  expect(overdue).toEqual([true, true, true, true, true, false, false, false]);
});
