import { type Random, seededRandom } from '@hearsay/core';
import { describe, expect, it } from 'vitest';
import { Vector } from '../../src/replication/vector.js';
import { compareStamps, type Version } from '../../src/values/stamp.js';
import { placesOf, writesOf } from '../../src/wire/survivor-dates.js';
import { CacheMesh, type CacheNode, type Disk } from '../support/cache-mesh.js';

const SEEDS = Number(process.env['HEARSAY_CACHE_SEEDS'] ?? 12);
const STEPS = 120;
const KEYS = 12;

/** A reader that wanders among peers, and never goes back (Terry et al. 1994). */
class Session {
  readonly #token = new Vector();
  readonly #seen = new Map<string, Version>();
  readonly #deleted: ReadonlyMap<string, Version>;
  reads = 0;
  over = false;

  /** @param deleted the latest deletion of each key, by anybody */
  constructor(deleted: ReadonlyMap<string, Version>) {
    this.#deleted = deleted;
  }

  read(node: CacheNode, key: string): void {
    if (this.over || !node.replication.includes(this.#token.sorted())) return;
    this.reads += 1;
    const survivor = node.box.survivor(key);
    const [version] = writesOf(survivor);
    const before = this.#seen.get(key);
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
}

/** Caches that break in every way at random. */
class Swarm {
  readonly #seed: string;
  readonly #random: Random;
  readonly #world: CacheMesh;
  readonly #isSkewed: boolean;
  readonly #nodes = new Map<number, CacheNode>();
  readonly #down = new Map<number, Disk>();
  readonly #deleted = new Map<string, Version>();
  readonly sessions: readonly Session[] = [new Session(this.#deleted), new Session(this.#deleted)];
  /** Every value is written once. One that was seen gone everywhere at once is gone for ever. */
  readonly #written = new Map<string, string>();
  readonly #gone = new Map<string, string>();

  constructor(seed: string, forgetAfterMs: number) {
    this.#seed = seed;
    this.#random = seededRandom(seed);
    const limits = { forgetGraceMs: 2_000, digestIntervalMs: 3_000, forgetAfterMs };
    this.#world = new CacheMesh(seed, limits);
    this.#world.lossPercent = this.#random.below(3) === 0 ? this.#random.below(40) : 0;
    this.#isSkewed = this.#random.below(2) === 0;
    const count = 3 + this.#random.below(2);
    for (let number = 1; number <= count; number++) this.#boot(number);
    this.#world.linkAll();
  }

  step(step: number): void {
    const number = this.#pick();
    const node = this.#node(number);
    const other = this.#node(this.#pick());
    const key = `key ${this.#random.below(KEYS)}`;
    const kind = this.#random.below(12);
    if (kind === 0) this.#world.cut(node, other);
    else if (kind <= 2) this.#world.link(node, other);
    else if (kind === 3) this.#crash(number);
    else if (kind === 4) this.#bootAll(true);
    else this.#write(kind, node, key, `${number} ${step}`);
    for (const session of this.sessions) session.read(other, key);
    this.#bury();
    this.#world.run(this.#random.below(400), () => this.#checkBatches());
  }

  /** At the end all are linked, and must agree. */
  end(): void {
    const seed = this.#seed;
    this.#world.lossPercent = 0;
    this.#bootAll(false);
    this.#world.linkAll();
    this.#world.run(15_000);
    const [first, ...others] = [...this.#nodes.values()] as [CacheNode, ...CacheNode[]];
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
    if (this.#isSkewed) node.skewMs = this.#random.below(5_000) - 2_500;
    this.#nodes.set(number, node);
  }

  #bootAll(maybeWiped: boolean): void {
    for (const [number, disk] of [...this.#down]) {
      this.#down.delete(number);
      const isWiped = maybeWiped && this.#random.below(3) === 0;
      this.#boot(number, isWiped ? undefined : disk);
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
      for (const version of writesOf(node.box.survivor(key))) this.#deleted.set(key, version);
    } else if (kind === 6) {
      const both = ['pair left', 'pair right'].map((each) => [each, value] as const);
      this.#world.setMany(node, both);
    } else {
      this.#world.set(node, key, value);
      this.#written.set(value, key);
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
  }
}

describe('caches that are cut, crash and lose what is sent', () => {
  const first = process.env['HEARSAY_CACHE_SEED'];
  const seeds =
    first === undefined ? Array.from({ length: SEEDS }, (_, n) => `seed ${n}`) : [first];
  it.each(seeds)('agree in the end, and never go back, nor show half a batch: %s', (seed) => {
    const swarm = new Swarm(seed, 86_400_000);
    for (let step = 0; step < STEPS; step++) swarm.step(step);
    swarm.end();
    expect(swarm.sessions.some(({ reads }) => reads > 0)).toBe(true);
  });

  it.each(seeds)('bring back nothing, also where absences are longer than allowed: %s', (seed) => {
    const swarm = new Swarm(`absent ${seed}`, 4_000);
    // Who is away too long may lose writes that nobody saw, and says so: sessions end with it.
    for (const session of swarm.sessions) session.over = true;
    for (let step = 0; step < STEPS; step++) swarm.step(step);
    swarm.end();
  });
});
