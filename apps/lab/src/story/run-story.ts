import type { Verdict } from '../check/checker.js';
import { clockMs } from '../clock.js';
import { Chronicle } from '../cluster/chronicle.js';
import { Cluster } from '../cluster/cluster.js';
import { LabError } from '../errors.js';
import { Watch } from '../observe/watch.js';
import type { Narrator } from '../output/narrator.js';
import { withChildren } from '../process/children.js';
import { type Met, Player } from './player.js';
import { Recorder } from './recorder.js';
import type { Story } from './story.js';

/** What came of a story. */
export interface StoryResult {
  readonly story: Story;
  readonly ok: boolean;
  /** What was not as it should be, the first thing first. */
  readonly failures: readonly string[];
  readonly met: readonly Met[];
  readonly proof: Verdict;
  readonly chronicle: Chronicle;
  readonly endedAtMs: number;
}

export interface RunStoryOptions {
  readonly story: Story;
  /** The built chat program. */
  readonly chatFile: string;
  readonly narrator: Narrator;
}

/** Plays a story with real processes, and proves from what they printed that all agree in the end. */
export function runStory({ story, chatFile, narrator }: RunStoryOptions): Promise<StoryResult> {
  return withChildren(async (children) => {
    const chronicle = new Chronicle(clockMs());
    const recorder = new Recorder();
    const watch = new Watch();
    const cluster = await Cluster.open({
      ...{ children, chatFile, chronicle, watch },
      nicks: story.peers,
      mayEnd: false,
      onDelivery: (run, delivery) => recorder.show(run, delivery),
    });
    const { failure } = children;
    const player = new Player({ story, cluster, chronicle, narrator, watch, failure });
    try {
      const failed = await player.play().then(() => [], messagesOf);
      const endedAtMs = clockMs();
      chronicle.close();
      const proof = recorder.check(cluster);
      const failures = [
        ...failed,
        ...cluster.falseDeaths,
        ...proof.problems.map(({ kind, peer, text }) => `${kind}: ${peer} ${text}`),
      ];
      const ok = failures.length === 0;
      return { story, ok, failures, met: player.met, proof, chronicle, endedAtMs };
    } finally {
      cluster.close();
    }
  });
}

function messagesOf(error: unknown): readonly string[] {
  if (error instanceof LabError) return [error.message];
  throw error;
}
