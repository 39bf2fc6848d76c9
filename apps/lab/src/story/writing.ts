import { setTimeout as sleep } from 'node:timers/promises';
import { clockMs } from '../clock.js';
import { writeCache } from '../cluster/cache-client.js';
import type { Member } from '../cluster/member.js';
import { LabError } from '../errors.js';
import type { Action } from './story.js';

export interface WritingOptions {
  readonly writers: readonly Member[];
  readonly action: Extract<Action, { kind: 'write' }>;
  /** Told after each write that was taken. */
  readonly wrote: (atMs: number) => void;
}

/** Writes of some peers into their caches, each on its own: `count` keys, that all of them share. */
export class Writing {
  /** Resolves when each was taken, or its peer had ended before. */
  readonly ended: Promise<void>;
  /** 0 before. */
  endedAtMs = 0;

  constructor(options: WritingOptions) {
    this.ended = Promise.all(options.writers.map((writer) => write(writer, options))).then(() => {
      this.endedAtMs = clockMs();
    });
    // Whoever waits for it later hears of it then.
    this.ended.catch(() => undefined);
  }
}

async function write(
  { nick, port, run }: Member,
  { action, wrote }: WritingOptions,
): Promise<void> {
  const { count, bytes, everyMs } = action;
  for (let number = 1; number <= count && run?.child.running === true; number += 1) {
    try {
      await writeCache(port, `lab/${number}`, `${nick} ${number} of ${count} `.padEnd(bytes, '.'));
    } catch (error) {
      // A peer that is killed while it writes is part of the story, one that refuses is not.
      if (!(error instanceof LabError) || run.child.running) throw error;
      return;
    }
    wrote(clockMs());
    if (everyMs > 0) await sleep(everyMs);
  }
}
