import type { PeerId } from '@hearsay/core';
import type { Tone } from '../../view/notice-words.js';

/** Something that happened in the mesh: as a row, and as the object that JSON mode would print. */
export interface MeshEvent {
  readonly atMs: number;
  readonly peer: PeerId | undefined;
  /** Whom it is about, as shown; empty: ourselves, or nobody. */
  readonly who: string;
  readonly text: string;
  readonly tone: Tone;
  readonly type: string;
  readonly fields: Readonly<Record<string, unknown>>;
}
