import { describe, expect, it } from 'vitest';
import { encodeSummary } from '../../src/replication/summary.js';
import { Vector } from '../../src/replication/vector.js';
import { CacheMesh, type CacheNode } from '../support/cache-mesh.js';

const KIB = 1_024;
const ENTRIES = 5_000;
const VALUE = 'x'.repeat(100);
const LIMITS = { answerBurstBytes: 256 * KIB, answerBytesPerSecond: 64 * KIB };
/** Core answers a neighbour no more often than this, and no more at once. */
const ASK_EVERY_MS = 20;
const ANSWER_BYTES_MAX = KIB * KIB;
const NOTHING = encodeSummary(new Vector(), undefined);

/** Asks as often as core lets it, always for everything. @returns bytes it was told */
function ask(world: CacheMesh, of: CacheNode, to: CacheNode, forMs: number): number {
  const { replica } = of.replication;
  let bytes = 0;
  for (const endMs = world.nowMs + forMs; world.nowMs < endMs; ) {
    world.run(ASK_EVERY_MS);
    of.replication.at(world.now(of));
    if ((replica.answerPauseMs?.(to.peer) ?? 0) > 0) continue;
    let answer = 0;
    for (const delta of replica.missing(NOTHING, to.peer)) {
      answer += delta.length;
      if (answer >= ANSWER_BYTES_MAX) break;
    }
    bytes += answer;
  }
  return bytes;
}

describe('a neighbour that asks for everything again and again', () => {
  it('gets it once and a half, then no more than a rate, also over new links; others get theirs', () => {
    const world = new CacheMesh('greedy', LIMITS);
    const [full, greedy] = [world.start(1), world.start(2)];
    for (let key = 0; key < ENTRIES; key++) world.set(full, `key ${key}`, VALUE);
    world.link(full, greedy);
    world.run(3_000);
    const storeBytes = full.box.bytes;
    const most = LIMITS.answerBurstBytes + 1.5 * storeBytes + ANSWER_BYTES_MAX;
    const first = ask(world, full, greedy, 10_000);
    expect(first).toBeGreaterThan(storeBytes / 2);
    expect(first).toBeLessThan(most + 13 * LIMITS.answerBytesPerSecond);
    world.cut(full, greedy);
    world.link(full, greedy);
    const second = ask(world, full, greedy, 10_000);
    expect(second).toBeLessThan(10 * LIMITS.answerBytesPerSecond + ANSWER_BYTES_MAX);
    expect(full.replication.counters.answersDelayed).toBeGreaterThan(100);

    const newcomer = world.start(3);
    world.link(full, newcomer);
    world.run(5_000);
    expect(newcomer.read(`key ${ENTRIES - 1}`, world.nowMs)).toBe(VALUE);
  });

  it('is trusted again when it was quiet for long', () => {
    const world = new CacheMesh('quiet', LIMITS);
    const [full, greedy] = [world.start(1), world.start(2)];
    for (let key = 0; key < ENTRIES; key++) world.set(full, `key ${key}`, VALUE);
    world.link(full, greedy);
    ask(world, full, greedy, 5_000);
    world.run(60_000);
    full.replication.at(world.now(full));
    expect(full.replication.replica.answerPauseMs?.(greedy.peer)).toBe(0);
  });
});
