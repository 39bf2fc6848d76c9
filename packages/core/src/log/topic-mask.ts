import type { Topic } from '../ids.js';
import { hashText } from './state-hash.js';

/** Bits of a mask. */
const BITS = 32;

/**
 * A few bits that tell most batches without a topic from those with it: 32 bits, one a topic. A
 * topic may share its bit with others, so a bit that is set says only "perhaps".
 */
export function topicMask(topics: Iterable<Topic>): number {
  let mask = 0;
  for (const topic of topics) mask |= 1 << (hashText(topic).low % BITS);
  return mask >>> 0;
}
