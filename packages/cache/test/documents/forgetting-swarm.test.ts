import { pick, type Random, seededRandom } from '@hearsay/core';
import { describe, expect, it } from 'vitest';
import { FakeMesh } from '../support/fake-mesh.js';
import { SimulatedShelf } from '../support/simulated-shelf.js';

const NAMES = ['ana', 'bob', 'eve', 'fay'];
const KEYS = ['d0', 'd1', 'd2'];
const FORGET_AFTER_MS = 20_000;
const STEPS = 150;
const PATIENCE_MS = 120_000;
const SEEDS = Number(process.env['HEARSAY_CACHE_SEEDS'] ?? 6);

/** Peers that write, delete, part for long, restart, lose their disk, and get an old one back. */
class Swarm {
  readonly #random: Random;
  readonly #mesh: FakeMesh;
  readonly #disks = new Map<string, Map<string, Uint8Array>>();
  readonly #copies = new Map<string, Map<string, Uint8Array>>();
  /** Every element is added once. One that was seen gone everywhere at once is gone for ever. */
  readonly #added = new Map<number, string>();
  readonly gone = new Map<number, string>();

  constructor(seed: string) {
    this.#random = seededRandom(`plan ${seed}`);
    this.#mesh = new FakeMesh(
      seed,
      { loss: 0, delayMsMax: 30 },
      { forgetAfterMs: FORGET_AFTER_MS },
    );
    for (const name of NAMES) this.#start(name, new Map());
  }

  get forgotten(): number {
    const peers = [...this.#mesh.peers.values()];
    return peers.reduce((sum, { replicator }) => sum + replicator.counters.forgotten, 0);
  }

  step(step: number): void {
    const random = this.#random;
    const name = pick(NAMES, random) ?? '';
    const isUp = this.#mesh.peers.has(name);
    const dice = random.below(100);
    if (dice < 6)
      this.#mesh.cut(
        name,
        pick(
          NAMES.filter((each) => each !== name),
          random,
        ) ?? '',
      );
    else if (dice < 9) this.#cutOff(name);
    else if (dice < 20) this.#mesh.heal();
    else if (dice < 24 && isUp && this.#mesh.peers.size > 2) this.#mesh.kill(name);
    else if (dice < 34 && !isUp) this.#start(name, this.#disks.get(name) ?? new Map());
    else if (dice < 35 && !isUp) this.#start(name, new Map());
    else if (dice < 36 && !isUp) this.#start(name, new Map(this.#copies.get(name)));
    else if (dice < 38) this.#copies.set(name, new Map(this.#disks.get(name)));
    else if (isUp) this.#edit(name, step);
    this.#bury();
    // Now and then longer than absences may last.
    this.#mesh.run(
      random.below(12) === 0 ? random.below(2 * FORGET_AFTER_MS) : random.below(3_000),
    );
    this.#bury();
  }

  end(): void {
    this.#mesh.heal();
    for (const name of NAMES) {
      if (!this.#mesh.peers.has(name)) this.#start(name, this.#disks.get(name) ?? new Map());
    }
    this.#mesh.run(70_000);
    expect(this.#mesh.agrees()).toBe(true);
    for (const [element, key] of this.gone) expect(this.#shown(key), key).not.toContain(element);
    this.#mesh.run(3 * FORGET_AFTER_MS + 60_000);
    for (const { replicator } of this.#mesh.peers.values()) {
      expect(replicator.documents.blank).toBe(0);
    }
  }

  #start(name: string, disk: Map<string, Uint8Array>): void {
    this.#disks.set(name, disk);
    this.#mesh.start(name, new SimulatedShelf(disk));
  }

  #cutOff(name: string): void {
    for (const other of NAMES) if (other !== name) this.#mesh.cut(name, other);
  }

  #edit(name: string, step: number): void {
    const key = pick(KEYS, this.#random) ?? '';
    const live = this.#mesh.peers.get(name)?.replicator.load(key);
    if (live === undefined) return;
    if (this.#random.below(4) === 0) return live.clear();
    this.#added.set(step, key);
    live.doc.getArray<number>('list').push([step]);
  }

  /** What all of them show. */
  #shown(key: string): readonly number[] {
    return [...this.#mesh.peers.values()].flatMap(({ replicator }) => {
      if (!replicator.documents.has(key)) return [];
      return replicator.load(key).doc.getArray<number>('list').toArray();
    });
  }

  #bury(): void {
    if (this.#mesh.peers.size < NAMES.length || !this.#mesh.agrees()) return;
    for (const key of KEYS) {
      const shown = new Set(this.#shown(key));
      for (const [element, of] of [...this.#added]) {
        if (of !== key || shown.has(element)) continue;
        this.#added.delete(element);
        this.gone.set(element, key);
      }
    }
  }
}

describe('documents that are deleted and forgotten', () => {
  const seeds = Array.from({ length: SEEDS }, (_, n) => `seed ${n}`);
  const total = { gone: 0, forgotten: 0 };
  it.each(seeds)(
    'never come back, whoever was away and with whatever disk, and leave nothing: %s',
    { timeout: PATIENCE_MS },
    (seed) => {
      const swarm = new Swarm(seed);
      for (let step = 0; step < STEPS; step++) swarm.step(step);
      swarm.end();
      total.gone += swarm.gone.size;
      total.forgotten += swarm.forgotten;
    },
  );

  it('are many', () => {
    expect(total.gone).toBeGreaterThan(SEEDS);
    expect(total.forgotten).toBeGreaterThan(SEEDS);
  });
});
