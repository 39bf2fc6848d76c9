import type { Counters } from '@hearsay/core';

/** What frames have brought so far: messages, posts, and what replicas lacked. */
export function gainsOf({ messagesDelivered, postsReceived, itemsRepaired }: Counters): number {
  return messagesDelivered + postsReceived + itemsRepaired;
}
