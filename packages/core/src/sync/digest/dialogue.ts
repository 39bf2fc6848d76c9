import { type StateHash, sameHash, ZERO_HASH } from '../../log/state-hash.js';
import {
  ENTRY_BYTES_MAX,
  fanoutOf,
  LEVEL_MAX,
  type NamedVersion,
  type Narrowing,
  PART_BYTES_MAX,
  type Part,
  type PartEntries,
  type PartHashes,
  partHashesBytesMax,
  type Question,
} from '../../wire/digest.js';
import { rotated } from '../rotated.js';
import type { DigestIndex, Versioned } from './digest-index.js';

/** So many entries cost about as much as the hashes of the parts into which they fall. */
const FEW_ENTRIES = 16;
/** A question must fit a frame, and an answer a delta. */
const QUESTION_BYTES_MAX = 120 * 1_024;
const NARROWING_BYTES_MAX = 56 * 1_024;
const WHOLE: Part = { level: 0, index: 0 };

/** What a question shows of one item: how much of it the asker holds. */
export type Shown<Item> = readonly [item: Item, version: number];

/**
 * Set reconciliation by parts: "what do I lack of what you hold?", at a cost that follows the
 * difference (range-based, after Meyer 2023). Hashes of parts go to and fro, each time of smaller
 * parts and only of those that differ; of parts that hold little the entries are told, and those
 * show what to send.
 *
 * @returns the first question: hashes of everything
 */
export function openQuestion(index: DigestIndex<Versioned>): Question {
  return { hashes: [{ part: WHOLE, hashes: index.hashesOf(WHOLE) }], entries: [] };
}

/** What to ask back; empty when nothing differs that we could help with. @param turn see `rotated` */
export function narrow(index: DigestIndex<Versioned>, question: Question, turn: number): Narrowing {
  const hashes: PartHashes[] = [];
  const parts: Part[] = [];
  let bytes = 0;
  for (const { child } of rotated([...differing(index, question.hashes)], turn)) {
    const count = index.countIn(child);
    if (count === 0) continue; // Only the asker holds something there.
    const isSmall = count <= FEW_ENTRIES || child.level === LEVEL_MAX;
    bytes += isSmall ? PART_BYTES_MAX : partHashesBytesMax(child.level);
    if (bytes > NARROWING_BYTES_MAX) break;
    if (isSmall) parts.push(child);
    else hashes.push({ part: child, hashes: index.hashesOf(child) });
  }
  return { hashes, parts };
}

/** The next question; undefined when nothing is left to ask. @param turn see `rotated` */
export function refine(
  index: DigestIndex<Versioned>,
  narrowing: Narrowing,
  turn: number,
): Question | undefined {
  const asked = narrowing.parts.map((part) => ({ child: part, theirs: undefined }));
  const hashes: PartHashes[] = [];
  const entries: PartEntries[] = [];
  let bytes = 0;
  for (const { child, theirs } of rotated(
    [...differing(index, narrowing.hashes), ...asked],
    turn,
  )) {
    if (theirs !== undefined && sameHash(theirs, ZERO_HASH)) continue; // They hold nothing there.
    const count = index.countIn(child);
    const isSmall = count <= 2 * FEW_ENTRIES || child.level === LEVEL_MAX;
    bytes += isSmall ? PART_BYTES_MAX + count * ENTRY_BYTES_MAX : partHashesBytesMax(child.level);
    if (bytes > QUESTION_BYTES_MAX) break;
    if (isSmall) entries.push({ part: child, entries: index.entriesOf(child) });
    else hashes.push({ part: child, hashes: index.hashesOf(child) });
  }
  return hashes.length + entries.length === 0 ? undefined : { hashes, entries };
}

/** What an asker lacks some of, and how much of it it holds. */
export function* lacking<Item extends Versioned>(
  index: DigestIndex<Item>,
  { entries }: Question,
): Generator<Shown<Item>> {
  for (const told of entries) {
    for (const shown of compare(index, told)) if (shown[1] < shown[0].version) yield shown;
  }
}

/** What a question shows of what the asker holds: what was told, and whatever has our hash. */
export function* shownBy<Item extends Versioned>(
  index: DigestIndex<Item>,
  { hashes, entries }: Question,
): Generator<Shown<Item>> {
  for (const { part, hashes: theirs } of hashes) {
    const ours = index.hashesOf(part);
    for (const [place, child] of childrenOf(part).entries()) {
      if (!sameHash(ours[place] ?? ZERO_HASH, theirs[place] ?? ZERO_HASH)) continue;
      for (const item of index.in(child)) yield [item, item.version];
    }
  }
  for (const told of entries) {
    for (const shown of compare(index, told)) if (shown[1] > 0) yield shown;
  }
}

function* compare<Item extends Versioned>(
  index: DigestIndex<Item>,
  { part, entries }: PartEntries,
): Generator<Shown<Item>> {
  const held = new Map(entries.map(({ name, version }) => [keyOf(name), version]));
  for (const item of index.in(part)) yield [item, held.get(keyOf(item.nameHash)) ?? 0];
}

function* differing(
  index: DigestIndex<Versioned>,
  told: readonly PartHashes[],
): Generator<{ readonly child: Part; readonly theirs: StateHash | undefined }> {
  for (const { part, hashes } of told) {
    const ours = index.hashesOf(part);
    for (const [place, child] of childrenOf(part).entries()) {
      const theirs = hashes[place] ?? ZERO_HASH;
      if (!sameHash(ours[place] ?? ZERO_HASH, theirs)) yield { child, theirs };
    }
  }
}

function childrenOf({ level, index }: Part): Part[] {
  const fanout = fanoutOf(level);
  return Array.from({ length: fanout }, (_, place) => {
    return { level: level + 1, index: index * fanout + place };
  });
}

function keyOf({ high, low }: NamedVersion['name']): string {
  return `${high}.${low}`;
}
