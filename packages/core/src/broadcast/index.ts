/** The broadcast trees by themselves, for simulations of thousands of peers that run nothing else. */
export { openBatch } from '../wire/batch.js';
export { Plumtree } from './plumtree.js';
export type { Neighbour, TreeConfig, TreeCounters, TreeHost, TreeLimits } from './tree-host.js';
