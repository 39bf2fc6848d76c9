import { randomBytes } from 'node:crypto';
import { createInterface } from 'node:readline';
import { type Now, seededRandom } from '@hearsay/core';
import { type Envelope, RequestError, readEnvelope } from './envelope.js';
import { MaelstromNode } from './node.js';
import type { ProfileName } from './profiles.js';
import type { WorkloadName } from './workloads/workloads.js';

const TIMER_MS_MAX = 2 ** 31 - 1;

/**
 * Is a node on standard input and output, until the input ends. Words for people go to standard error,
 * as Maelstrom asks.
 */
export async function serve(options: {
  readonly workload: WorkloadName;
  readonly profile: ProfileName;
}): Promise<void> {
  const random = seededRandom(randomBytes(16).toString('hex'));
  const node = new MaelstromNode({ ...options, random });
  let timer: NodeJS.Timeout | undefined;
  const turn = (envelopes: readonly Envelope[]): void => {
    for (const envelope of envelopes) process.stdout.write(`${JSON.stringify(envelope)}\n`);
    clearTimeout(timer);
    const waitMs = Math.min(TIMER_MS_MAX, Math.max(0, node.wakeMs - now().monotonicMs));
    timer = Number.isFinite(node.wakeMs)
      ? setTimeout(() => turn(node.wake(now())), waitMs)
      : undefined;
  };
  try {
    for await (const line of createInterface({ input: process.stdin })) {
      if (line.trim() === '') continue;
      const envelope = read(line);
      if (envelope !== undefined) turn(node.handle(envelope, now()));
    }
  } finally {
    clearTimeout(timer);
  }
}

function read(line: string): Envelope | undefined {
  try {
    return readEnvelope(line);
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    process.stderr.write(`ignored: ${error.message}\n`);
    return undefined;
  }
}

function now(): Now {
  return { monotonicMs: Math.floor(performance.now()), wallMs: Date.now() };
}
