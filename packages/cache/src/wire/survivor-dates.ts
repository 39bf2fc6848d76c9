import type { HlcTime, StreamId } from '@hearsay/core';
import type { Survivor } from '../store/survivor.js';
import type { Version } from '../values/stamp.js';

/** Writes of which a survivor knows the date: of a set or hash the latest of all. */
export function writesOf(survivor: Survivor | undefined): readonly Version[] {
  if (survivor === undefined) return [];
  const versions =
    survivor.kind === 'register'
      ? [survivor.version, survivor.deadlineWrite?.version]
      : [survivor.state.latest, survivor.state.floor, survivor.state.deadlineWrite?.version];
  return versions.filter((version) => version !== undefined);
}

/** Their dates. */
export function survivorTimes(survivor: Survivor): readonly HlcTime[] {
  return writesOf(survivor);
}

/** The last write of each stream that is in it. */
export function placesOf(survivor: Survivor | undefined): readonly (readonly [StreamId, number])[] {
  if (survivor?.kind === 'composite') return survivor.state.seen;
  return writesOf(survivor).map(({ stream, sequence }) => [stream, sequence]);
}

/**
 * The date of the write at this place. Writes of one batch share theirs, and follow each other in one
 * stream: what has equal dates there is shown together.
 */
export function dateOf(
  survivor: Survivor,
  stream: StreamId,
  sequence: number,
): HlcTime | undefined {
  if (survivor.kind === 'register') {
    const { version, deadlineWrite } = survivor;
    if (version?.stream === stream && version.sequence === sequence) return version;
    const later = deadlineWrite?.version;
    return later?.stream === stream && later.sequence === sequence ? later : undefined;
  }
  const { latest } = survivor.state;
  return latest.stream === stream && latest.sequence === sequence ? latest : undefined;
}
