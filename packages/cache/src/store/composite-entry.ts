import type { StreamId } from '@hearsay/core';
import type { Composite } from '../values/composite.js';
import type { Lanes } from '../values/hash.js';

/** Measured: the record of an addition, its place in a list and a map. */
const ADDITION_OVERHEAD_BYTES = 200;
const NODE_OVERHEAD_BYTES = 120;
const COMPOSITE_OVERHEAD_BYTES = 800;

/** What the slot of a composite holds. */
export class CompositeEntry {
  readonly composite: Composite;
  /** Its places in the index: one in each stream that wrote to it. */
  readonly nodes: Map<StreamId, number> = new Map();
  /** How it stands in the index and in the digests. */
  live = false;
  bytes = 0;
  deadlineMs: number = Number.POSITIVE_INFINITY;
  readonly lanes: Lanes = { a: 0, b: 0 };

  constructor(composite: Composite) {
    this.composite = composite;
  }
}

/** What a composite takes, nodes included. */
export function compositeBytes(entry: CompositeEntry): number {
  const { composite, nodes } = entry;
  return (
    COMPOSITE_OVERHEAD_BYTES +
    composite.bytes +
    (composite.items.additions + composite.counts.size) * ADDITION_OVERHEAD_BYTES +
    nodes.size * NODE_OVERHEAD_BYTES
  );
}
