/** The broadcast trees by themselves, for simulations of thousands of peers that run nothing else. */
export { openBatch } from '../wire/batch.js';
export { Plumtree } from './plumtree.js';
export { type TreeCounters, zeroTreeCounters } from './tree-counters.js';
export type { Neighbour, TreeConfig, TreeHost, TreeLimits } from './tree-host.js';
