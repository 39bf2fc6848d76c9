import type { Random } from '@hearsay/core';

/** Undirected edges between nodes 0 .. size-1. */
export type Edges = readonly (readonly [number, number])[];

/**
 * A random graph in which every node has `degree` neighbours, or now and then one less: what
 * HyParView's symmetric active views make. Stubs are paired at random; a pair that would be a loop or
 * a second edge swaps ends with a random other one. Drawn again until it is in one piece.
 */
export function regularGraph(size: number, degree: number, random: Random): Edges {
  for (;;) {
    const edges = pairStubs(size, degree, random);
    if (isConnected(size, edges)) return edges;
  }
}

/** The nodes beside each node. */
export function adjacency(size: number, edges: Edges): readonly (readonly number[])[] {
  const beside: number[][] = Array.from({ length: size }, () => []);
  for (const [one, other] of edges) {
    beside[one]?.push(other);
    beside[other]?.push(one);
  }
  return beside;
}

function pairStubs(size: number, degree: number, random: Random): Edges {
  const stubs = Array.from({ length: size * degree }, (_, index) => index % size);
  for (let index = stubs.length - 1; index > 0; index--) {
    const other = random.below(index + 1);
    [stubs[index], stubs[other]] = [stubs[other] ?? 0, stubs[index] ?? 0];
  }
  const edges: [number, number][] = [];
  const taken = new Set<number>();
  for (let index = 0; index + 1 < stubs.length; index += 2) {
    const one = stubs[index] ?? 0;
    const other = stubs[index + 1] ?? 0;
    const key = Math.min(one, other) * size + Math.max(one, other);
    // A few of ten thousand nodes have one neighbour less: so they do in a real overlay.
    if (one === other || taken.has(key)) continue;
    taken.add(key);
    edges.push([one, other]);
  }
  return edges;
}

function isConnected(size: number, edges: Edges): boolean {
  const beside = adjacency(size, edges);
  const seen = new Set([0]);
  const queue = [0];
  for (let node = queue.pop(); node !== undefined; node = queue.pop()) {
    for (const next of beside[node] ?? []) {
      if (seen.has(next)) continue;
      seen.add(next);
      queue.push(next);
    }
  }
  return seen.size === size;
}
