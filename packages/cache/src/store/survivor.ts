import type { StreamId } from '@hearsay/core';
import type { Binary } from '../values/binary.js';
import type { CompositeState, DeadlineWrite } from '../values/composite.js';
import type { Version } from '../values/stamp.js';

/** What is known of a register. */
export type RegisterContent =
  | { readonly kind: 'value'; readonly value: Binary }
  | { readonly kind: 'deleted' }
  /** Past its deadline, or evicted where the survivor comes from: only the version is known there. */
  | { readonly kind: 'lost' }
  /** Nothing was ever written here; there is only a deadline. */
  | { readonly kind: 'nothing' };

/** A register with its latest write. */
export interface RegisterSurvivor {
  readonly kind: 'register';
  readonly key: string;
  /** Absent when the content is `nothing`. */
  readonly version: Version | undefined;
  readonly content: RegisterContent;
  readonly deadlineMs: number | undefined;
  readonly deadlineWrite: DeadlineWrite | undefined;
}

/** A counter, set or hash, whole. */
export interface CompositeSurvivor {
  readonly kind: 'composite';
  readonly key: string;
  readonly state: CompositeState;
}

/**
 * What is left of all writes to one key: the whole state of the key, with the versions it is made of.
 *
 * Of a register that is its latest write (or delete). Of a counter, set or hash it is the whole value
 * with the dots in it and the last write seen of each stream, since what is missing in it says what
 * was removed.
 */
export type Survivor = RegisterSurvivor | CompositeSurvivor;

/** A survivor with the place of a write of it in the stream that was gone through. */
export interface PlacedSurvivor {
  readonly sequence: number;
  readonly survivor: Survivor;
}

/** The one write that a survivor is made of: most are as simple as this, and need no lists. */
export function onlyVersion(survivor: Survivor): Version | undefined {
  const isSimple = survivor.kind === 'register' && survivor.deadlineWrite === undefined;
  return isSimple ? survivor.version : undefined;
}

/** The writes that a survivor has in it, as the last one of each stream. */
export function placesOf(survivor: Survivor): readonly (readonly [StreamId, number])[] {
  if (survivor.kind === 'composite') return survivor.state.seen;
  const { version: written, deadlineWrite } = survivor;
  const versions = [written, deadlineWrite?.version];
  return versions.flatMap((version) =>
    version === undefined ? [] : [[version.stream, version.sequence] as const],
  );
}
