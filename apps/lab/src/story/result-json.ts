import type { StoryResult } from './run-story.js';

/** Version of the result; raised when a field changes its meaning or goes. */
const RESULT_VERSION = 1;

/** `result.json`: all that was done and told, times in milliseconds since the start of the story. */
export function resultJson(result: StoryResult): object {
  const { story, ok, failures, met, proof, chronicle, endedAtMs } = result;
  const since = (atMs: number) => Math.round((atMs - chronicle.startedAtMs) * 10) / 10;
  const timed = <T extends { readonly atMs: number }>({ atMs, ...rest }: T) => ({
    atMs: since(atMs),
    ...rest,
  });
  return {
    v: RESULT_VERSION,
    story: story.name,
    about: story.about,
    ok,
    failures,
    startedAt: new Date(chronicle.startedAtMs).toISOString(),
    tookMs: since(endedAtMs),
    peers: story.peers,
    measured: met,
    proof,
    conditions: chronicle.conditions.map(timed),
    sightings: chronicle.sightings.map(timed),
    convergence: chronicle.samples.map(timed),
    caches: chronicle.cacheSamples.map(timed),
    log: chronicle.entries.map(timed),
  };
}
