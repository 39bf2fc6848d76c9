import { pick, type Random, seededRandom } from '@hearsay/core';
import { expect, it } from 'vitest';
import { FakeMesh } from '../support/fake-mesh.js';
import { SimulatedShelf } from '../support/simulated-shelf.js';

const NAMES = ['ana', 'bob', 'eve', 'fay'];
const KEYS = ['d0', 'd1', 'd2'];
const FORGET_AFTER_MS = 20_000;
const ROUNDS = 4;
const EDITS = 12;
const PATIENCE_MS = 120_000;
const SEEDS = Number(process.env['HEARSAY_CACHE_SEEDS'] ?? 6);

type Disk = Map<string, Uint8Array>;

/** One peer at a time is away for longer than deletions are remembered, while the others go on. */
class Absences {
  readonly #random: Random;
  readonly #mesh: FakeMesh;
  readonly #disks = new Map<string, Disk>();
  /** What those who stayed had deleted and forgotten before the one who was away came back. */
  readonly gone = new Map<number, string>();
  #count = 0;

  constructor(seed: string) {
    this.#random = seededRandom(`plan ${seed}`);
    const weather = { loss: 0, delayMsMax: 30 };
    this.#mesh = new FakeMesh(seed, weather, { forgetAfterMs: FORGET_AFTER_MS });
    for (const name of NAMES) this.#start(name, new Map());
    this.#mesh.run(3_000);
  }

  /** @throws when they do not agree in the end, or something is back */
  round(): void {
    for (const key of KEYS) this.#add(pick(NAMES, this.#random) ?? '', key);
    this.#mesh.run(5_000);
    const away = pick(NAMES, this.#random) ?? '';
    const stay = NAMES.filter((name) => name !== away);
    const disk = new Map(this.#disks.get(away));
    const isKilled = this.#random.below(2) === 0;
    if (isKilled) this.#mesh.kill(away);
    else for (const name of stay) this.#mesh.cut(away, name);
    const before = new Map(KEYS.map((key) => [key, this.#shown(stay, key)]));
    for (let edit = 0; edit < EDITS; edit++) this.#edit(isKilled ? stay : NAMES, away);
    for (const key of KEYS) if (this.#random.below(2) === 0) this.#clear(stay[0] ?? '', key);
    this.#mesh.run(3 * FORGET_AFTER_MS + 60_000);
    for (const [key, elements] of before) this.#bury(key, elements, stay);
    if (isKilled) this.#start(away, disk);
    else this.#mesh.heal();
    this.#mesh.run(70_000);
    this.#check();
  }

  /** Who is away may write, and deletes nothing: that would be nobody else's deletion. */
  #edit(names: readonly string[], away: string): void {
    const key = pick(KEYS, this.#random) ?? '';
    const name = pick(names, this.#random) ?? '';
    if (this.#random.below(3) === 0 || name === away) this.#add(name, key);
    else this.#clear(name, key);
    this.#mesh.run(this.#random.below(2_000));
  }

  #bury(key: string, elements: readonly number[], stay: readonly string[]): void {
    const shown = new Set(this.#shown(stay, key));
    for (const element of elements) if (!shown.has(element)) this.gone.set(element, key);
  }

  #check(): void {
    expect(this.#mesh.agrees()).toBe(true);
    for (const [element, key] of this.gone) {
      expect(this.#shown(NAMES, key), key).not.toContain(element);
    }
  }

  #clear(name: string, key: string): void {
    this.#mesh.peers.get(name)?.replicator.load(key).clear();
  }

  #start(name: string, disk: Disk): void {
    this.#disks.set(name, disk);
    this.#mesh.start(name, new SimulatedShelf(disk));
  }

  #add(name: string, key: string): void {
    this.#count += 1;
    this.#mesh.peers.get(name)?.doc(key).getArray<number>('list').push([this.#count]);
  }

  #shown(names: readonly string[], key: string): readonly number[] {
    return names.flatMap((name) => {
      const replicator = this.#mesh.peers.get(name)?.replicator;
      if (replicator?.documents.has(key) !== true) return [];
      return replicator.load(key).doc.getArray<number>('list').toArray();
    });
  }
}

const seeds = Array.from({ length: SEEDS }, (_, n) => `seed ${n}`);
it.each(seeds)(
  'a document that was deleted and forgotten does not come back with who was away: %s',
  { timeout: PATIENCE_MS },
  (seed) => {
    const absences = new Absences(seed);
    for (let round = 0; round < ROUNDS; round++) absences.round();
    expect(absences.gone.size).toBeGreaterThan(0);
  },
);
