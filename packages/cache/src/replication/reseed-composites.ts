import { compareTimes, type Dot, parseStreamId } from '@hearsay/core';
import type { CompositeSurvivor, Survivor } from '../store/survivor.js';
import type { Addition, Item } from '../values/collection.js';
import { Composite, type CompositeState } from '../values/composite.js';
import type { Change, FieldWrite, Observed } from '../values/operation.js';
import { compareStamps } from '../values/stamp.js';
import { survivorTimes } from '../wire/survivor-dates.js';
import type { Context } from './context.js';
import type { ReadonlyVector } from './vector.js';

/** As many elements as one operation may name. */
const ELEMENTS_PER_CHANGE = 1_000;

/**
 * What a peer that begins anew had written to a counter, set or hash, and nobody else had, as changes to
 * make anew. What others had they may have deleted and forgotten; of what they never saw they cannot have,
 * so additions stay, and removals of what is still there hold.
 * @param before the key as it was here
 * @param held what the others were known to hold then
 */
export function changesToRepublish(
  { store, own, self, now }: Context,
  before: CompositeSurvivor,
  held: ReadonlyVector,
): readonly Change[] {
  const current = store.survivor(before.key);
  const theirs = current?.kind === 'composite' ? current.state : undefined;
  if (isSuperseded(before.state, current)) return [];
  const isUnsent = ({ stream, sequence }: Dot): boolean =>
    parseStreamId(stream).peer === self && sequence > held.get(stream);
  const { state } = before;
  if (state.type === 'counter') return countsOf(state, theirs, { own, self, held });
  const isLive = (addition: Addition): boolean =>
    isUnsent(addition) &&
    (theirs?.floor === undefined || compareStamps(addition, theirs.floor) > 0);
  const changes = [
    ...removals(state, theirs, { isUnsent, isLive }),
    ...additions(state, theirs, isLive),
  ];
  const deadline = state.deadlineWrite;
  const isDue = deadline?.deadlineMs !== undefined && deadline.deadlineMs <= now.wallMs;
  if (deadline !== undefined && !isDue && isUnsent(deadline.version)) {
    const known = theirs?.deadlineWrite;
    const isLatest = known === undefined || compareStamps(deadline.version, known.version) > 0;
    if (isLatest) changes.push({ kind: 'deadline', deadlineMs: deadline.deadlineMs });
  }
  return changes;
}

/** Whether a later write of another type took the key. */
function isSuperseded(before: CompositeState, current: Survivor | undefined): boolean {
  if (current === undefined) return false;
  if (current.kind === 'composite') {
    return (
      current.state.type !== before.type && compareStamps(current.state.latest, before.latest) > 0
    );
  }
  // A deleted register has no type that could have replaced this one, but it was written later.
  return survivorTimes(current).some((time) => compareTimes(time, before.latest) > 0);
}

/** Our totals beyond those that the others have, in the stream that we write in now. */
function countsOf(
  before: CompositeState,
  theirs: CompositeState | undefined,
  { own, self, held }: Pick<Context, 'own' | 'self'> & { readonly held: ReadonlyVector },
): readonly Change[] {
  let [plus, minus] = [0n, 0n];
  for (const count of before.counts) {
    if (parseStreamId(count.stream).peer !== self || count.sequence <= held.get(count.stream)) {
      continue;
    }
    const known = theirs?.counts.find(({ stream }) => stream === count.stream);
    const isKnown = known !== undefined && known.birth === count.birth;
    // They had some of it, and it is gone there: it was deleted, and how much of it is not known.
    if (!isKnown && count.birth <= held.get(count.stream)) continue;
    plus += count.plus - (isKnown ? known.plus : 0n);
    minus += count.minus - (isKnown ? known.minus : 0n);
  }
  if (plus <= 0n && minus <= 0n) return [];
  const ours = theirs === undefined ? undefined : Composite.from(theirs).ownCount(own.stream);
  const since = { plus: (ours?.plus ?? 0n) + plus, minus: (ours?.minus ?? 0n) + minus };
  return [{ kind: 'count', birth: ours?.birth ?? 0, ...since }];
}

/** Elements that we added, and fields of which they have no later value. */
function additions(
  before: CompositeState,
  theirs: CompositeState | undefined,
  isLive: (addition: Addition) => boolean,
): readonly Change[] {
  const known = itemsOf(theirs);
  const fields: FieldWrite[] = [];
  for (const { element, additions: ours } of before.items) {
    const latest = latestOf(ours.filter(isLive));
    if (latest === undefined) continue;
    const there = known.get(element) ?? [];
    const newest = latestOf(there);
    const isLater = newest !== undefined && compareStamps(newest, latest) > 0;
    if (before.type === 'set' || !isLater)
      fields.push({ element, dots: dotsOf(there), value: latest.value });
  }
  return chunks(fields).map((some) =>
    before.type === 'hash'
      ? { kind: 'hash-set', fields: some }
      : { kind: 'set-add', elements: some.map(({ element, dots }) => ({ element, dots })) },
  );
}

/** What is there, was seen here, and was not here any more: one of our last writes removed it. */
function removals(
  before: CompositeState,
  theirs: CompositeState | undefined,
  {
    isUnsent,
    isLive,
  }: {
    readonly isUnsent: (dot: Dot) => boolean;
    readonly isLive: (addition: Addition) => boolean;
  },
): readonly Change[] {
  const isOurs = before.seen.some(([stream, sequence]) => isUnsent({ stream, sequence }));
  // What expired is missing too, and was not removed.
  if (theirs === undefined || !isOurs || before.lostBeforeMs !== 0) return [];
  if (theirs.type !== before.type) return [];
  const seen = new Map(before.seen);
  const here = itemsOf(before);
  const removed: Observed[] = [];
  for (const { element, additions: there } of theirs.items) {
    const kept = here.get(element) ?? [];
    if (kept.some(isLive)) continue; // It is added anew, over what is there.
    const dots = dotsOf(there).filter(
      (dot) =>
        (seen.get(dot.stream) ?? 0) >= dot.sequence && !kept.some((each) => isDot(each, dot)),
    );
    if (dots.length > 0) removed.push({ element, dots });
  }
  return chunks(removed).map((some) =>
    before.type === 'hash'
      ? { kind: 'hash-remove', fields: some }
      : { kind: 'set-remove', elements: some },
  );
}

function itemsOf(state: CompositeState | undefined): ReadonlyMap<string, Item['additions']> {
  return new Map(state?.items.map(({ element, additions: all }) => [element, all]));
}

function latestOf(all: readonly Addition[]): Addition | undefined {
  let latest: Addition | undefined;
  for (const each of all) {
    if (latest === undefined || compareStamps(each, latest) > 0) latest = each;
  }
  return latest;
}

/** In the order of their streams, as operations have them. */
function dotsOf(all: readonly Addition[]): readonly Dot[] {
  return all
    .map(({ stream, sequence }) => ({ stream, sequence }))
    .sort((left, right) => (left.stream < right.stream ? -1 : 1));
}

function isDot(left: Dot, right: Dot): boolean {
  return left.stream === right.stream && left.sequence === right.sequence;
}

function chunks<T>(items: readonly T[]): readonly (readonly T[])[] {
  const all: (readonly T[])[] = [];
  for (let start = 0; start < items.length; start += ELEMENTS_PER_CHANGE) {
    all.push(items.slice(start, start + ELEMENTS_PER_CHANGE));
  }
  return all;
}
