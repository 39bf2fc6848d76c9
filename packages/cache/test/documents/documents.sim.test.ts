import { pick, type Random } from '@hearsay/core';
import { createSimulation, type Simulation } from '@hearsay/sim';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import type { LiveDocument } from '../../src/documents/live-document.js';
import { DocumentsProgram } from '../support/documents-program.js';

const PORT = 2;
const PEERS = 5;
const SETTLE_MS = 60_000;
type Find = (name: string) => DocumentsProgram | undefined;

function start(seed: string): { readonly sim: Simulation; readonly find: Find } {
  const sim = createSimulation({ seed, scenario: 'documents', replay: 'see the name of the test' });
  sim.start(PEERS, { seeds: 'first', staggerMs: 20 });
  sim.converge(30_000);
  const find = sim.install(sim.nodes, PORT, (host) => new DocumentsProgram(host));
  return { sim, find };
}

/** What every live peer says that it holds, without repeats. */
function summaries({ sim, find }: ReturnType<typeof start>): ReadonlySet<string> {
  const all = sim.live.map(({ name }) => find(name)?.replica.summary() ?? new Uint8Array());
  return new Set(all.map((summary) => Buffer.from(summary).toString('hex')));
}

function edit(doc: Y.Doc, random: Random): void {
  const text = doc.getText('t');
  const dice = random.below(10);
  if (dice < 3 && text.length > 4) text.delete(random.below(text.length - 3), 3);
  else if (dice < 5) doc.getMap('m').set(`k${random.below(5)}`, random.next());
  else text.insert(random.below(text.length + 1), `${random.below(1_000)} `);
}

/** Now and then a fault, with the machine wiped once in a while. */
function disturb(sim: Simulation, random: Random): void {
  const name = pick(sim.nodes, random)?.name ?? 'a';
  const isLive = sim.live.some((node) => node.name === name);
  const others = sim.nodes.map((node) => node.name).filter((other) => other !== name);
  const dice = random.below(100);
  if (dice < 5) sim.heal();
  else if (dice < 8) sim.cut([name], others, { mode: 'lose' });
  else if (dice < 11 && isLive && sim.live.length > 3) sim.kill(name);
  else if (dice < 17 && !isLive) sim.boot(name, { wipe: random.below(2) === 0 });
  else if (dice < 19) sim.setFaults({ lossPerMille: random.below(150) });
}

/** Ends every fault, and waits until all peers say that they hold the same. */
function calm(world: ReturnType<typeof start>): void {
  const { sim } = world;
  sim.heal();
  sim.setFaults({ lossPerMille: 0 });
  for (const { name } of sim.nodes) {
    if (!sim.live.some((node) => node.name === name)) sim.boot(name);
  }
  sim.until(() => sim.live.length === PEERS && summaries(world).size === 1, SETTLE_MS);
}

/** Adds an element to a list, or deletes the document. @returns what that had seen */
function pushOrClear(live: LiveDocument, element: number, random: Random): readonly number[] {
  const list = live.doc.getArray<number>('list');
  if (random.below(12) > 0) {
    list.push([element]);
    return [];
  }
  const seen = list.toArray();
  live.clear();
  return seen;
}

describe('documents in a simulated mesh', () => {
  it.each(['1', '2', '3', '4', '5', '6'])(
    'are equal after cuts, losses, kills and restarts with and without disk (seed %s)',
    (seed) => {
      const world = start(seed);
      const { sim, find } = world;
      const random = sim.random('documents');
      for (let step = 0; step < 250; step++) {
        disturb(sim, random);
        const writer = find(pick(sim.live, random)?.name ?? 'a');
        if (writer !== undefined) edit(writer.doc(`d${random.below(3)}`), random);
        sim.run(random.below(120));
      }
      calm(world);
      for (const key of ['d0', 'd1', 'd2']) {
        const docs = sim.live.map(({ name }) => find(name)?.doc(key) ?? new Y.Doc());
        const snapshots = docs.map((doc) => Buffer.from(Y.encodeSnapshot(Y.snapshot(doc))));
        for (const snapshot of snapshots)
          expect(snapshot.equals(snapshots[0] ?? snapshot)).toBe(true);
        expect(new Set(docs.map((doc) => doc.getText('t').toString())).size).toBe(1);
        for (const doc of docs) expect(doc.store.pendingStructs).toBeNull();
      }
    },
    60_000,
  );
});

describe('deleted documents in a simulated mesh', () => {
  it.each(['1', '2', '3', '4', '5', '6'])(
    'never show again what the deletion had seen (seed %s)',
    (seed) => {
      const world = start(`deleted ${seed}`);
      const { sim, find } = world;
      const random = sim.random('deleted');
      const gone = new Set<number>();
      for (let step = 0; step < 250; step++) {
        disturb(sim, random);
        const { name } = pick(sim.live, random) ?? { name: 'a' };
        const live = find(name)?.replicator.load(`d${random.below(2)}`);
        if (live === undefined) continue;
        for (const element of pushOrClear(live, step, random)) gone.add(element);
        sim.run(random.below(120));
      }
      calm(world);
      expect(gone.size).toBeGreaterThan(20);
      for (const key of ['d0', 'd1']) {
        const lists = sim.live.map(({ name }) => {
          return find(name)?.doc(key).getArray<number>('list').toArray() ?? [];
        });
        for (const list of lists) expect(list).toEqual(lists[0]);
        expect((lists[0] ?? []).filter((element) => gone.has(element))).toEqual([]);
      }
    },
    60_000,
  );
});
