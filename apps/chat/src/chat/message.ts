import type { MessageId, PeerId } from '@hearsay/core';
import type { PeerMessage } from '@hearsay/node';
import type { Amendment } from './change.js';
import type { Place } from './place.js';

/** A message of a room or a direct conversation, checked but not yet fit for a screen. */
export interface ChatMessage {
  readonly id: MessageId;
  /** `<peer>.<generation>:<sequence>`. */
  readonly key: string;
  readonly place: Place;
  readonly action: boolean;
  readonly text: string;
  readonly fromId: PeerId;
  /** The author's nick now, or what it called itself when it wrote this; not fit for a screen. */
  readonly nick: string;
  readonly own: boolean;
  readonly sentMs: number;
  readonly clock: PeerMessage['clock'];
  /** What later messages made of it; absent: nothing is known of any. */
  readonly amendment?: Amendment;
}
