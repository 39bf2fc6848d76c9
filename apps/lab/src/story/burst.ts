import { setTimeout as sleep } from 'node:timers/promises';
import { clockMs } from '../clock.js';
import type { PeerRun } from '../cluster/peer-run.js';
import { LabError } from '../errors.js';
import type { Action } from './story.js';

/** Messages that some peers say, each on its own. */
export class Burst {
  /** Resolves when each was accepted, or its peer had ended before. */
  readonly ended: Promise<void>;
  /** 0 before. */
  endedAtMs = 0;

  constructor(speakers: readonly PeerRun[], action: Extract<Action, { kind: 'say' | 'burst' }>) {
    const each = speakers.map((run) =>
      action.kind === 'say' ? say(run, action.text) : speak(run, action),
    );
    this.ended = Promise.all(each).then(() => {
      this.endedAtMs = clockMs();
    });
    // Whoever waits for it later hears of it then.
    this.ended.catch(() => undefined);
  }
}

async function speak(
  run: PeerRun,
  { count, bytes, everyMs }: Extract<Action, { kind: 'burst' }>,
): Promise<void> {
  const answers: Promise<void>[] = [];
  for (let number = 1; number <= count && run.child.running; number += 1) {
    const text = `${run.nick} ${number} of ${count} `.padEnd(bytes, '.');
    answers.push(say(run, text));
    if (everyMs > 0) await sleep(everyMs);
  }
  await Promise.all(answers);
}

/** A peer that is killed while it speaks is part of the story, one that refuses is not. */
async function say(run: PeerRun, text: string): Promise<void> {
  try {
    await run.say(text);
  } catch (error) {
    if (!(error instanceof LabError) || run.child.running) throw error;
  }
}
