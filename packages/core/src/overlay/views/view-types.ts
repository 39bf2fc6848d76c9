import type { PeerId } from '../../ids.js';
import type { Address } from '../../input.js';
import type { Contact, ViewFrame } from '../../wire/views.js';

/** What can happen to the views of a peer. */
export type ViewInput =
  /** An address worth remembering (a seed, or a peer of an earlier run); seeds are never forgotten. */
  | { readonly kind: 'remember'; readonly address: Address; readonly seed: boolean }
  /** Somebody who is a member, heard of elsewhere. */
  | { readonly kind: 'heard-of'; readonly contact: Contact }
  /** A link is open; `dialled` is the address if we dialled it. */
  | { readonly kind: 'linked'; readonly contact: Contact; readonly dialled: Address | undefined }
  /** A link is gone; `released` says that one side let it go on purpose. */
  | { readonly kind: 'unlinked'; readonly peer: PeerId; readonly released: boolean }
  /** A dial led nowhere. */
  | { readonly kind: 'unreachable'; readonly address: Address }
  | { readonly kind: 'frame'; readonly from: PeerId; readonly frame: ViewFrame }
  /** The time that was asked for has come. @property members known, ourselves included */
  | { readonly kind: 'tick'; readonly members: number };

/** What the views want done, in order. */
export type ViewEffect =
  | { readonly kind: 'send'; readonly to: PeerId; readonly frame: ViewFrame }
  /** Answered by `linked` or `unreachable`. `peer` is unknown where only an address is remembered. */
  | { readonly kind: 'dial'; readonly address: Address; readonly peer: PeerId | undefined }
  /** Let a link go, with the code `released`. */
  | { readonly kind: 'drop'; readonly peer: PeerId }
  /** It is a neighbour from now on, or no longer. */
  | { readonly kind: 'neighbour-up' | 'neighbour-down'; readonly peer: PeerId };

/** Sizes and periods of partial views; see `Config`. */
export interface ViewConfig {
  readonly activeViewMax: number;
  readonly passiveViewMax: number;
  readonly activeWalkHops: number;
  readonly passiveWalkHops: number;
  readonly shuffleMs: number;
  readonly shuffleActive: number;
  readonly shufflePassive: number;
  readonly dialTimeoutMs: number;
  readonly jitterPercent: number;
}
