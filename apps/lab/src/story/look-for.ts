import { clockMs } from '../clock.js';
import type { Chronicle } from '../cluster/chronicle.js';
import type { Cluster } from '../cluster/cluster.js';
import type { Member } from '../cluster/member.js';
import type { Expectation } from './story.js';

/** Where to look, and what counts as new. */
export interface Place {
  readonly cluster: Cluster;
  readonly chronicle: Chronicle;
  readonly sinceMs: number;
}

/** When each part of an expectation came true, or undefined while one of them did not. */
export function lookFor(expectation: Expectation, place: Place): readonly number[] | undefined {
  switch (expectation.kind) {
    case 'sees':
      return sees(expectation, place);
    case 'agree':
      return agree(place);
    case 'holds':
      return holds(place);
    case 'caches':
      return place.cluster.caches.agreed() ? [clockMs()] : undefined;
    case 'live':
      return all(
        expectation.who.map((nick) => {
          const { run } = place.cluster.member(nick);
          return run?.sync?.live === expectation.count ? run.syncAtMs : undefined;
        }),
      );
    case 'notice':
      return all(expectation.by.map((nick) => noticed(nick, expectation.name, place)));
  }
}

function sees(
  { who, as, by }: Extract<Expectation, { kind: 'sees' }>,
  place: Place,
): readonly number[] | undefined {
  return all(
    who.flatMap((nick) => {
      const observers = by ?? withinReachOf(nick, who, place);
      return observers.map((observer) => seenAt(observer, nick, as, place));
    }),
  );
}

/** Everybody who runs, is not looked for as well, and shares a side with somebody who runs. */
function withinReachOf(
  nick: string,
  who: readonly string[],
  { cluster }: Place,
): readonly string[] {
  return cluster
    .running()
    .map((member) => member.nick)
    .filter((other) => other !== nick && !(who.length > 1 && who.includes(other)));
}

function seenAt(
  observerNick: string,
  subjectNick: string,
  as: string,
  { cluster, chronicle, sinceMs }: Place,
): number | undefined {
  const observer = cluster.member(observerNick);
  const subject = cluster.member(subjectNick);
  const opinion = observer.opinions.get(subjectNick);
  if (opinion === undefined) return undefined;
  if (as === 'alive') {
    // One that has not been told of the new run yet still holds the old one for alive.
    const isThisRun = opinion.generation === subject.run?.ready?.generation;
    return opinion.state === 'alive' && isThisRun ? opinion.atMs : undefined;
  }
  const states = as === 'suspect' ? ['suspect', 'dead'] : [as];
  if (as !== 'suspect') return states.includes(opinion.state) ? opinion.atMs : undefined;
  return chronicle.sightings.find(
    (seen) =>
      seen.observer === observerNick &&
      seen.subject === subjectNick &&
      seen.atMs >= sinceMs &&
      states.includes(seen.state),
  )?.atMs;
}

/** On each side of a cut: everybody sees all others there, has all they have, and tells one hash. */
function agree({ cluster }: Place): readonly number[] | undefined {
  const lacking = cluster.lacking();
  const groups = cluster.runningGroups();
  const whole = groups.length === 1;
  for (const group of groups) {
    const hashes = new Set(group.map(({ run }) => run?.sync?.hash));
    if (hashes.size !== 1) return undefined;
    for (const { nick, run } of group) {
      if (run?.sync?.live !== group.length - 1) return undefined;
      // What it told last may be from before it had all it has now.
      if (run.sync.messages < run.shownCount) return undefined;
      if (group.length > 1 && !run.sync.inSync) return undefined;
      if (whole && (lacking.get(nick) ?? 0) > 0) return undefined;
    }
  }
  return groups.flat().map((member: Member) => member.run?.syncAtMs ?? 0);
}

/** Everybody who runs showed everything that anybody who runs showed. */
function holds({ cluster, chronicle }: Place): readonly number[] | undefined {
  if ([...cluster.lacking().values()].some((count) => count > 0)) return undefined;
  return [chronicle.samples.at(-1)?.atMs ?? chronicle.startedAtMs];
}

function noticed(nick: string, name: string, { chronicle, sinceMs }: Place): number | undefined {
  return chronicle.entries.find(
    ({ kind, who, text, atMs }) =>
      kind === 'note' && who === nick && atMs >= sinceMs && text.startsWith(`${name}:`),
  )?.atMs;
}

function all(times: readonly (number | undefined)[]): readonly number[] | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length === times.length ? known : undefined;
}
