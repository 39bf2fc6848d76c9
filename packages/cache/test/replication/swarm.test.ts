import { seededRandom } from '@hearsay/core';
import { describe, expect, it } from 'vitest';
import { CacheMesh, type CacheNode, type Disk } from '../support/cache-mesh.js';

const SEEDS = Number(process.env['HEARSAY_CACHE_SEEDS'] ?? 12);
const STEPS = 120;
const KEYS = 12;

/** Caches that break in every way at random; at the end all are linked and must agree. */
function swarm(seed: string): void {
  const random = seededRandom(seed);
  const world = new CacheMesh(seed, { forgetGraceMs: 2_000, digestIntervalMs: 3_000 });
  world.lossPercent = random.below(3) === 0 ? random.below(40) : 0;
  const skewed = random.below(2) === 0;
  const nodes = new Map<number, CacheNode>();
  const down = new Map<number, Disk>();
  const boot = (number: number, disk?: Disk): void => {
    const node = world.start(number, disk, (disk?.generation ?? 0) + 1 + world.nowMs);
    if (skewed) node.skewMs = random.below(5_000) - 2_500;
    nodes.set(number, node);
  };
  for (let number = 1; number <= 3 + random.below(2); number++) boot(number);
  world.linkAll();
  for (let step = 0; step < STEPS; step++) {
    const all = [...nodes.entries()];
    const [number, node] = all[random.below(all.length)] as [number, CacheNode];
    const other = (all[random.below(all.length)] as [number, CacheNode])[1];
    const key = `key ${random.below(KEYS)}`;
    switch (random.below(12)) {
      case 0:
        world.cut(node, other);
        break;
      case 1:
      case 2:
        world.link(node, other);
        break;
      case 3:
        if (nodes.size > 2) {
          down.set(number, world.crash(node));
          nodes.delete(number);
        }
        break;
      case 4:
        for (const [gone, disk] of [...down]) {
          down.delete(gone);
          boot(gone, random.below(3) === 0 ? undefined : disk);
          world.linkAll();
        }
        break;
      case 5:
        world.delete(node, key);
        break;
      case 6: {
        const value = `${number} ${step}`;
        world.setMany(node, [
          ['pair left', value],
          ['pair right', value],
        ]);
        break;
      }
      default:
        world.set(node, key, `${number} ${step}`);
    }
    world.run(random.below(400), () => {
      for (const each of nodes.values()) {
        const left = each.read('pair left', world.nowMs);
        if (left !== each.read('pair right', world.nowMs)) throw new Error(`${seed}: half a batch`);
      }
    });
  }
  world.lossPercent = 0;
  for (const [gone, disk] of down) boot(gone, disk);
  world.linkAll();
  world.run(15_000);
  const [first, ...others] = [...nodes.values()] as [CacheNode, ...CacheNode[]];
  const digests = first.box.digests(0);
  for (const node of others) {
    expect(node.replication.vector.sorted(), seed).toEqual(first.replication.vector.sorted());
    expect(node.box.digests(0), seed).toEqual(digests);
    expect(
      node.events.filter(({ kind }) => kind === 'diverged'),
      seed,
    ).toEqual([]);
  }
}

describe('caches that are cut, crash and lose what is sent', () => {
  const first = process.env['HEARSAY_CACHE_SEED'];
  const seeds =
    first === undefined ? Array.from({ length: SEEDS }, (_, n) => `seed ${n}`) : [first];
  it.each(seeds)(
    'agree in the end, and never show half a batch: %s',
    (seed) => swarm(seed),
    60_000,
  );
});
