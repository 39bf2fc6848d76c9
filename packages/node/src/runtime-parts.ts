import type { Engine, Now } from '@hearsay/core';
import type { NetworkKeys } from './network/network-keys.js';
import type { Identity } from './profile/profile.js';
import type { Settings } from './settings.js';
import type { LogKeeper } from './store/log-keeper.js';

/** What a running peer is made of. */
export interface RuntimeParts {
  readonly settings: Settings;
  readonly identity: Identity;
  readonly keys: NetworkKeys;
  readonly engine: Engine;
  readonly log: LogKeeper;
  readonly readNow: () => Now;
}

/** What else belongs to a peer and ends with it. */
export interface Attachment {
  /** Takes nobody new; what is open stays. */
  stop(): void;
  close(): Promise<void>;
}
