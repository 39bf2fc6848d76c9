import { type Random, seededRandom } from '@hearsay/core';
import { describe, expect, it } from 'vitest';
import { CacheError } from '../../src/errors.js';
import { Vector } from '../../src/replication/vector.js';
import type { Store } from '../../src/store/store.js';
import type { Change } from '../../src/values/operation.js';
import { compareStamps, type Version } from '../../src/values/stamp.js';
import { placesOf, writesOf } from '../../src/wire/survivor-dates.js';
import { CacheMesh, type CacheNode, type Disk } from '../support/cache-mesh.js';

const DAY_MS = 86_400_000;
/** A seed takes well under a second; how much longer says only how busy the machine is. */
const PATIENCE_MS = 600_000;
const SEEDS = Number(process.env['HEARSAY_CACHE_SEEDS'] ?? 12);
const STEPS = 120;
const KEYS = 12;

/** The latest deletion of each key, by anybody. */
class Deletions {
  readonly #latest = new Map<string, Version>();

  get(key: string): Version | undefined {
    return this.#latest.get(key);
  }

  note(key: string, version: Version | undefined): void {
    const known = this.#latest.get(key);
    if (version === undefined) return;
    if (known === undefined || compareStamps(version, known) > 0) this.#latest.set(key, version);
  }
}

/**
 * Reads and writes at whichever peer holds what it saw (Terry et al. 1994): it never reads less than it
 * read or wrote before, and what it writes is later than all of that, everywhere.
 */
class Session {
  readonly #token = new Vector();
  readonly #seen = new Map<string, Version>();
  readonly #deleted: Deletions;
  reads = 0;
  writes = 0;
  over = false;

  constructor(deleted: Deletions) {
    this.#deleted = deleted;
  }

  read(node: CacheNode, key: string): void {
    if (this.over || !node.replication.includes(this.#token.sorted())) return;
    this.reads += 1;
    const survivor = node.box.survivor(key);
    const [version] = writesOf(survivor);
    const before = this.#seen.get(key);
    // A deletion may have been made anew in another stream, with a later date.
    if (survivor?.kind === 'register' && survivor.content.kind === 'deleted') {
      this.#deleted.note(key, version);
    }
    if (version === undefined) {
      // What is not known at all was never there, or deleted and forgotten since.
      const deleted = this.#deleted.get(key);
      const isLater =
        deleted !== undefined && before !== undefined && compareStamps(deleted, before) >= 0;
      if (before !== undefined && !isLater) throw new Error(`${key} went back`);
    } else {
      if (before !== undefined && compareStamps(version, before) < 0) {
        throw new Error(`${key} went back from ${before.ms} to ${version.ms}`);
      }
      this.#seen.set(key, version);
    }
    this.#token.merge(node.replication.vector);
    for (const [stream, sequence] of placesOf(survivor)) this.#token.raise(stream, sequence);
  }

  /** @returns whether it may write at this peer */
  mayWrite(node: CacheNode): boolean {
    return !this.over && node.replication.includes(this.#token.sorted());
  }

  /** It has written there. */
  wrote(node: CacheNode, key: string): void {
    const survivor = node.box.survivor(key);
    const [version] = writesOf(survivor);
    if (version === undefined) throw new Error(`${key} was written and is not there`);
    for (const seen of this.#seen.values()) {
      if (compareStamps(version, seen) <= 0)
        throw new Error(`${key} is dated before what was seen`);
    }
    this.writes += 1;
    this.#seen.set(key, version);
    for (const [stream, sequence] of placesOf(survivor)) this.#token.raise(stream, sequence);
  }
}

/** Peers whose clocks are further apart refuse to link. */
const LINK_SKEW_MS = 5_000;
const WRONG_CLOCK_MS = 10_000;

interface SwarmOptions {
  readonly forgetAfterMs: number;
  /** `wrong`: up to 10 s off, linked where they are near; `refused`: linked, and refused by their dates. */
  readonly clocks?: 'fair' | 'wrong' | 'refused';
}

/** Caches that break in every way at random. */
class Swarm {
  readonly #seed: string;
  readonly #random: Random;
  readonly #world: CacheMesh;
  readonly #skewMs: number;
  readonly #nodes = new Map<number, CacheNode>();
  readonly #down = new Map<number, Disk>();
  readonly #backups = new Map<number, Disk>();
  readonly #deleted = new Deletions();
  readonly sessions: readonly Session[] = [new Session(this.#deleted), new Session(this.#deleted)];
  /** Every value is written once. One that was seen gone everywhere at once is gone for ever. */
  readonly #written = new Map<string, string>();
  readonly #gone = new Map<string, string>();
  /** The same of elements of sets. */
  readonly #elements = new Map<string, string>();
  readonly #goneElements = new Map<string, string>();

  constructor(seed: string, { forgetAfterMs, clocks = 'fair' }: SwarmOptions) {
    this.#seed = seed;
    this.#random = seededRandom(seed);
    // A newcomer that knows of no deletion may date its first writes so much earlier.
    const forgetGraceMs = clocks === 'fair' ? 2_000 : 2.5 * WRONG_CLOCK_MS;
    const limits = { forgetGraceMs, digestIntervalMs: 3_000, forgetAfterMs };
    const bound = clocks === 'refused' ? { aheadMaxMs: LINK_SKEW_MS } : {};
    this.#world = new CacheMesh(seed, { ...limits, ...bound });
    this.#world.linkSkewMsMax = clocks === 'refused' ? Number.POSITIVE_INFINITY : LINK_SKEW_MS;
    this.#world.closesLinks = clocks === 'refused';
    this.#world.lossPercent = this.#random.below(3) === 0 ? this.#random.below(40) : 0;
    const isSkewed = this.#random.below(2) === 0;
    if (clocks !== 'fair') this.#skewMs = WRONG_CLOCK_MS;
    else this.#skewMs = isSkewed ? LINK_SKEW_MS / 2 : 0;
    const count = 3 + this.#random.below(2);
    for (let number = 1; number <= count; number++) this.#boot(number);
    this.#world.linkAll();
  }

  get refusals(): number {
    return this.#world.refusals;
  }

  step(step: number): void {
    const number = this.#pick();
    const node = this.#node(number);
    const other = this.#node(this.#pick());
    const key = `key ${this.#random.below(KEYS)}`;
    const kind = this.#random.below(16);
    if (kind === 0) this.#world.cut(node, other);
    else if (kind <= 2) this.#world.link(node, other);
    else if (kind === 3) this.#crash(number);
    else if (kind === 10) this.#backups.set(number, this.#world.backup(node));
    else if (kind === 4) this.#bootAll(true);
    else if (kind >= 12) this.#compose(node, `${number} ${step}`);
    else this.#write(kind, node, key, `${number} ${step}`);
    for (const session of this.sessions) session.read(other, key);
    const writer = this.sessions[this.#random.below(4)];
    if (writer?.mayWrite(node) === true) {
      this.#write(7, node, key, `${number} ${step} of a session`);
      writer.wrote(node, key);
    }
    this.#bury();
    this.#world.run(this.#random.below(400), () => this.#checkBatches());
  }

  /** At the end all are linked, and must agree. */
  end(): void {
    const seed = this.#seed;
    this.#world.lossPercent = 0;
    this.#bootAll(false);
    for (const node of this.#nodes.values()) node.skewMs = 0;
    // What clocks that were ahead have dated is refused until it is past.
    for (let round = 0; round < 3; round++) {
      this.#world.linkAll();
      this.#world.run(this.#skewMs);
    }
    this.#world.linkAll();
    this.#world.run(15_000);
    const [first, ...others] = [...this.#nodes.values()] as [CacheNode, ...CacheNode[]];
    // A stream that ended is taken for over by one of them, and a moment later by the others.
    const differs = ({ replication }: CacheNode): boolean =>
      !replication.vector.equals(first.replication.vector);
    for (let round = 0; round < 5 && others.some(differs); round++) this.#world.run(1_000);
    for (const node of others) {
      expect(node.replication.vector.sorted(), seed).toEqual(first.replication.vector.sorted());
      expect(node.box.digests(0), seed).toEqual(first.box.digests(0));
      const alarms = node.events.filter(({ kind }) => kind === 'diverged');
      expect(alarms, seed).toEqual([]);
    }
    for (const [value, key] of this.#gone) {
      for (const node of this.#nodes.values()) {
        expect(node.read(key, this.#world.nowMs), `${seed}: ${key} came back`).not.toBe(value);
      }
    }
    for (const [element, key] of this.#goneElements) {
      expect(this.#shows(first, key, element), `${seed}: ${element} came back`).toBe(false);
    }
  }

  #pick(): number {
    const numbers = [...this.#nodes.keys()];
    return numbers[this.#random.below(numbers.length)] ?? 1;
  }

  #node(number: number): CacheNode {
    return this.#nodes.get(number) as CacheNode; // Its number was picked among those there are.
  }

  #boot(number: number, disk?: Disk): void {
    const generation = (disk?.generation ?? 0) + 1 + this.#world.nowMs;
    const node = this.#world.start(number, disk, generation);
    if (this.#skewMs > 0) node.skewMs = this.#random.below(2 * this.#skewMs) - this.#skewMs;
    this.#nodes.set(number, node);
  }

  #bootAll(maybeWiped: boolean): void {
    for (const [number, disk] of [...this.#down]) {
      this.#down.delete(number);
      const isWiped = maybeWiped && this.#random.below(3) === 0;
      const backup = maybeWiped && this.#random.below(3) === 0 ? this.#backups.get(number) : disk;
      this.#boot(number, isWiped ? undefined : backup);
      this.#world.linkAll();
    }
  }

  #crash(number: number): void {
    if (this.#nodes.size <= 2) return;
    this.#down.set(number, this.#world.crash(this.#node(number)));
    this.#nodes.delete(number);
  }

  #write(kind: number, node: CacheNode, key: string, value: string): void {
    if (kind === 5) {
      this.#world.delete(node, key);
      for (const version of writesOf(node.box.survivor(key))) this.#deleted.note(key, version);
    } else if (kind === 6) {
      const both = ['pair left', 'pair right'].map((each) => [each, value] as const);
      this.#world.setMany(node, both);
    } else {
      this.#world.set(node, key, value);
      this.#written.set(value, key);
    }
  }

  /** Counters, sets and hashes, and a key of which the type changes. */
  #compose(node: CacheNode, value: string): void {
    const key = `${this.#random.below(3) === 0 ? 'mixed' : 'parts'} ${this.#random.below(4)}`;
    try {
      this.#world.write(node, key, (store, nowMs) =>
        this.#changesOf(node, key, value, { store, nowMs }),
      );
    } catch (error) {
      if (!(error instanceof CacheError)) throw error; // It holds something else by now.
    }
  }

  #changesOf(
    node: CacheNode,
    key: string,
    value: string,
    { store, nowMs }: { readonly store: Store; readonly nowMs: number },
  ): readonly Change[] {
    const which = this.#random.below(7);
    const held = store.get(key, nowMs)?.value;
    if (which === 5) {
      const change = store.prepareDelete(key, nowMs);
      return change === undefined ? [] : [change];
    }
    if (which === 6 && key.startsWith('mixed')) {
      return [store.prepareSet(key, value, undefined, nowMs)];
    }
    switch (held?.kind ?? (['counter', 'set', 'hash'] as const)[which % 3]) {
      case 'counter':
        return store.prepareCount(node.replication.stream, key, 1 + this.#random.below(9), nowMs);
      case 'set': {
        const some = held?.kind === 'set' ? held.elements.slice(0, this.#random.below(3)) : [];
        if (some.length > 0) return store.prepareRemove('set', key, some, nowMs);
        this.#elements.set(value, key);
        return store.prepareAdd(key, [value, `${this.#random.below(5)}`], nowMs);
      }
      default:
        return store.prepareFields(key, new Map([[`${this.#random.below(5)}`, value]]), nowMs);
    }
  }

  #checkBatches(): void {
    for (const node of this.#nodes.values()) {
      const left = node.read('pair left', this.#world.nowMs);
      const right = node.read('pair right', this.#world.nowMs);
      if (left !== right) throw new Error(`${this.#seed}: half a batch`);
    }
  }

  /** When all are there and hold the same, what none of them shows will never be seen again. */
  #bury(): void {
    const [first, ...others] = this.#nodes.values();
    if (first === undefined || this.#down.size > 0) return;
    const { vector } = first.replication;
    if (!others.every(({ replication }) => replication.vector.equals(vector))) return;
    for (const [value, key] of [...this.#written]) {
      if (first.read(key, this.#world.nowMs) === value) continue;
      this.#written.delete(value);
      this.#gone.set(value, key);
    }
    for (const [element, key] of [...this.#elements]) {
      if (this.#shows(first, key, element)) continue;
      this.#elements.delete(element);
      this.#goneElements.set(element, key);
    }
  }

  #shows(node: CacheNode, key: string, element: string): boolean {
    const held = node.box.store.get(key, this.#world.now(node).wallMs)?.value;
    return held?.kind === 'set' && held.elements.includes(element);
  }
}

describe('caches that are cut, crash and lose what is sent', () => {
  const first = process.env['HEARSAY_CACHE_SEED'];
  const seeds =
    first === undefined ? Array.from({ length: SEEDS }, (_, n) => `seed ${n}`) : [first];
  function play(swarm: Swarm): void {
    for (let step = 0; step < STEPS; step++) swarm.step(step);
    swarm.end();
  }

  const agree = 'agree in the end, and never go back, nor show half a batch: %s';
  it.each(seeds)(agree, { timeout: PATIENCE_MS }, (seed) => {
    const swarm = new Swarm(seed, { forgetAfterMs: DAY_MS });
    play(swarm);
    expect(swarm.sessions.some(({ reads, writes }) => reads > 0 && writes > 0)).toBe(true);
  });

  const bring = 'bring back nothing, also where absences are longer than allowed: %s';
  it.each(seeds)(bring, { timeout: PATIENCE_MS }, (seed) => {
    const swarm = new Swarm(`absent ${seed}`, { forgetAfterMs: 4_000 });
    // Who is away too long may lose writes that nobody saw, and says so: sessions end with it.
    for (const session of swarm.sessions) session.over = true;
    play(swarm);
  });

  const wrong = 'agree with clocks that are 10 s off, where only near ones link: %s';
  it.each(seeds)(wrong, { timeout: PATIENCE_MS }, (seed) => {
    play(new Swarm(`clocks ${seed}`, { forgetAfterMs: DAY_MS, clocks: 'wrong' }));
  });

  const refused = 'take no harm from writes that are refused for their dates: %s';
  it.each(seeds)(refused, { timeout: PATIENCE_MS }, (seed) => {
    play(new Swarm(`refused ${seed}`, { forgetAfterMs: DAY_MS, clocks: 'refused' }));
  });

  it('refuse such writes', () => {
    const swarm = new Swarm('refused', { forgetAfterMs: DAY_MS, clocks: 'refused' });
    play(swarm);
    expect(swarm.refusals).toBeGreaterThan(0);
  });
});
