import type { PeerId } from '@hearsay/core';
import type { KeyId } from './network-key.js';

/** What happened to a key of the network here. */
export interface KeyEvent {
  readonly change: 'installed' | 'used' | 'removed';
  readonly key: KeyId;
  /** Who said so. */
  readonly by: PeerId;
}
