import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FRAME_BODY_BYTES_MAX } from '../../../src/limits.js';
import { hashText, type StateHash } from '../../../src/log/state-hash.js';
import {
  lacking,
  narrow,
  openQuestion,
  refine,
  shownBy,
} from '../../../src/sync/digest/dialogue.js';
import { DigestIndex } from '../../../src/sync/digest/digest-index.js';
import {
  type NamedVersion,
  type Question,
  writeNarrowing,
  writeQuestion,
} from '../../../src/wire/digest.js';
import { Writer } from '../../../src/wire/writer.js';

class Item {
  readonly name: string;
  readonly nameHash: StateHash;
  version = 0;

  constructor(name: string, nameHash: StateHash = hashText(name)) {
    this.name = name;
    this.nameHash = nameHash;
  }
}

/** What somebody holds: names with versions. */
class Holder {
  readonly index = new DigestIndex<Item>();
  readonly items = new Map<string, Item>();

  constructor(held: Iterable<readonly [string, number]> = []) {
    for (const [name, version] of held) this.raise(name, version);
  }

  raise(name: string, version: number, nameHash?: StateHash): void {
    const item = this.items.get(name) ?? new Item(name, nameHash);
    this.items.set(name, item);
    this.index.change(item, () => {
      item.version = Math.max(item.version, version);
    });
  }
}

interface Exchange {
  readonly bytes: number;
  readonly questions: number;
}

/** The asker learns what it lacks, until an answer brings nothing to ask. */
function pull(asker: Holder, answerer: Holder): Exchange {
  let bytes = 0;
  let questions = 0;
  let next: Question | undefined = openQuestion(asker.index);
  while (next !== undefined) {
    const question: Question = next;
    questions += 1;
    const writer = new Writer();
    writeQuestion(writer, question);
    expect(writer.length).toBeLessThan(FRAME_BODY_BYTES_MAX);
    const narrowing = narrow(answerer.index, question, questions);
    writeNarrowing(writer, narrowing);
    bytes += writer.length;
    for (const [{ name, version }] of [...lacking(answerer.index, question)]) {
      asker.raise(name, version);
    }
    next = refine(asker.index, narrowing, questions);
  }
  return { bytes, questions };
}

function held(origins: number): [string, number][] {
  return Array.from({ length: origins }, (_, origin) => [`origin ${origin}`, 1 + (origin % 9)]);
}

/** Two that hold the same, and one that lacks something of so many, spread evenly. */
function apart(origins: number, differing: number): { asker: Holder; answerer: Holder } {
  const [asker, answerer] = [new Holder(held(origins)), new Holder(held(origins))];
  for (let count = 0; count < differing; count++) {
    answerer.raise(`origin ${Math.floor((count * origins) / differing)}`, 100);
  }
  return { asker, answerer };
}

const names = fc.nat({ max: 3_000 }).map((number) => `name ${number}`);
const holdings = fc.array(fc.tuple(names, fc.integer({ min: 1, max: 5 })), { maxLength: 400 });

describe('a pull by parts', () => {
  it('brings all that the other holds, and leaves what only the asker holds', () => {
    fc.assert(
      fc.property(holdings, holdings, holdings, (common, ours, theirs) => {
        const asker = new Holder([...common, ...ours]);
        const answerer = new Holder([...common, ...theirs]);
        const before = new Map([...asker.items].map(([name, { version }]) => [name, version]));
        pull(asker, answerer);
        for (const [name, { version }] of answerer.items) {
          expect(asker.items.get(name)?.version).toBeGreaterThanOrEqual(version);
        }
        for (const [name, version] of before) {
          const most = Math.max(version, answerer.items.get(name)?.version ?? 0);
          expect(asker.items.get(name)?.version).toBe(most);
        }
      }),
    );
  });

  it('both ways makes two equal, and their sums too', () => {
    fc.assert(
      fc.property(holdings, holdings, (ours, theirs) => {
        const [left, right] = [new Holder(ours), new Holder(theirs)];
        pull(left, right);
        pull(right, left);
        expect(left.index.root).toEqual(right.index.root);
        expect(left.index.size).toBe(right.index.size);
      }),
    );
  });

  it('of what is equal ends with the first question', () => {
    const { asker, answerer } = apart(5_000, 0);
    expect(pull(asker, answerer)).toEqual({ bytes: expect.any(Number), questions: 1 });
  });

  it('by somebody with nothing brings everything', () => {
    const { answerer } = apart(9_000, 0);
    const asker = new Holder();
    pull(asker, answerer);
    expect(asker.index.root).toEqual(answerer.index.root);
  });

  it('costs as the difference, not as all that is held', () => {
    const cost = (origins: number, differing: number): number => {
      const { asker, answerer } = apart(origins, differing);
      const { bytes, questions } = pull(asker, answerer);
      expect(asker.index.root).toEqual(answerer.index.root);
      expect(questions).toBeLessThanOrEqual(3);
      return bytes;
    };
    for (const origins of [1_000, 10_000, 20_000]) {
      expect(cost(origins, 1)).toBeLessThan(1_200);
      expect(cost(origins, 10)).toBeLessThan(5_000);
      expect(cost(origins, 100)).toBeLessThan(42_000);
    }
    expect(cost(20_000, 1)).toBeLessThan(2 * cost(1_000, 1));
  });

  it('that is too large for a frame goes on where it was cut, until all is there', () => {
    const { asker, answerer } = apart(12_000, 12_000);
    let pulls = 0;
    while (pulls < 20 && asker.index.root.high !== answerer.index.root.high) {
      pull(asker, answerer);
      pulls += 1;
    }
    expect(asker.index.root).toEqual(answerer.index.root);
    expect(pulls).toBeGreaterThan(1);
  });

  it('ends although all names have nearly the same hash', () => {
    const answerer = new Holder();
    for (let low = 0; low < 500; low++) answerer.raise(`${low}`, 1, { high: 7, low });
    const question = openQuestion(new Holder().index);
    let narrowing = narrow(answerer.index, question, 0);
    let rounds = 0;
    for (; narrowing.hashes.length > 0; rounds++) {
      const next = refine(new Holder().index, narrowing, 0);
      narrowing = narrow(answerer.index, next ?? { hashes: [], entries: [] }, 0);
      expect([...lacking(answerer.index, next ?? question)]).toHaveLength(500);
    }
    expect(rounds).toBeLessThan(8);
  });
});

describe('a question', () => {
  it('shows what its asker holds, and nothing that it does not', () => {
    fc.assert(
      fc.property(holdings, holdings, (ours, theirs) => {
        const [asker, answerer] = [new Holder(ours), new Holder(theirs)];
        const first = openQuestion(asker.index);
        const second = refine(asker.index, narrow(answerer.index, first, 0), 0);
        const shown = [first, ...(second === undefined ? [] : [second])].flatMap((question) => [
          ...shownBy(answerer.index, question),
        ]);
        for (const [{ name }, version] of shown) {
          expect(asker.items.get(name)?.version).toBe(version);
        }
        // Whatever both hold alike is shown by one of the two: nothing has to be told apart from them.
        const told = new Set(shown.map(([{ name }]) => name));
        for (const [name, { version }] of answerer.items) {
          if (asker.items.get(name)?.version === version) expect(told).toContain(name);
        }
      }),
    );
  });
});

describe('an index', () => {
  it('sums up its parts so that they add up to the whole, whatever came, moved and went', () => {
    const moves = fc.array(fc.tuple(names, fc.nat({ max: 4 })), { maxLength: 200 });
    fc.assert(
      fc.property(moves, (drawn) => {
        const holder = new Holder();
        for (const [name, version] of drawn) {
          const item = holder.items.get(name);
          if (version > 0) holder.raise(name, version);
          else if (item !== undefined) {
            holder.index.remove(item);
            holder.items.delete(name);
          }
        }
        const afresh = new Holder([...holder.items].map(([name, item]) => [name, item.version]));
        expect(holder.index.root).toEqual(afresh.index.root);
        const whole = { level: 0, index: 0 };
        expect(holder.index.hashesOf(whole)).toEqual(afresh.index.hashesOf(whole));
        const entries: NamedVersion[] = holder.index.entriesOf(whole);
        expect(entries).toHaveLength(holder.items.size);
        expect(entries.map(({ name }) => name.high)).toEqual(
          entries.map(({ name }) => name.high).toSorted((left, right) => left - right),
        );
      }),
    );
  });
});
