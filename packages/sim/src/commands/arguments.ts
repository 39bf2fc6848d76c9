import { RequestError } from '../scenario/fields.js';
import { OMISSIONS, type Omission } from '../scenario/swarm.js';

const NODES_MAX = 1_000;
const SEEDS_MAX = 1_000_000;
const JOBS_MAX = 256;

/**
 * Seeds of a run: `--seed TEXT`, or `--seeds A..B`.
 * @throws RequestError
 */
export function readSeeds(seed: string | undefined, seeds: string | undefined): readonly string[] {
  if (seeds === undefined) return seed === undefined ? [] : [seed];
  if (seed !== undefined) throw new RequestError('--seed and --seeds exclude each other');
  const [, from, to] = /^(\d+)\.\.(\d+)$/.exec(seeds) ?? [];
  const [first, last] = [Number(from), Number(to)];
  if (from === undefined || last < first) {
    throw new RequestError(`--seeds takes A..B such as 1..100, not ${seeds}`);
  }
  if (last - first >= SEEDS_MAX) throw new RequestError(`--seeds takes at most ${SEEDS_MAX} seeds`);
  return Array.from({ length: last - first + 1 }, (_, index) => String(first + index));
}

/** @throws RequestError */
export function readNodes(nodes: string | undefined): number | undefined {
  if (nodes === undefined) return undefined;
  const count = Number(nodes);
  if (Number.isInteger(count) && count >= 2 && count <= NODES_MAX) return count;
  throw new RequestError(`--nodes takes 2 to ${NODES_MAX}`);
}

/** @throws RequestError */
export function readJobs(jobs: string | undefined): number | undefined {
  if (jobs === undefined) return undefined;
  const count = Number(jobs);
  if (Number.isInteger(count) && count >= 1 && count <= JOBS_MAX) return count;
  throw new RequestError(`--jobs takes 1 to ${JOBS_MAX}`);
}

/** @throws RequestError */
export function readPositive(name: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const number = Number(value);
  if (number > 0 && Number.isFinite(number)) return number;
  throw new RequestError(`--${name} ${value} is no time`);
}

/** @throws RequestError */
export function readOmissions(text: string | undefined): readonly Omission[] {
  if (text === undefined) return [];
  return text.split(',').map((word) => {
    const found = OMISSIONS.find((omission) => omission === word);
    if (found !== undefined) return found;
    throw new RequestError(`--without knows ${OMISSIONS.join(', ')}; not ${word}`);
  });
}
