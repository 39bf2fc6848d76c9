import type { Topic } from '@hearsay/core';

/** Topics that begin with it are ours: an application cannot publish to them. */
const RESERVED_PREFIX = '@';

export function isReservedTopic(topic: Topic): boolean {
  return topic.startsWith(RESERVED_PREFIX);
}
