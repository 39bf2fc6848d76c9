import { HearsayError, type MergeResult, type Replica } from '@hearsay/core';

/** The least of replicas: a set of small numbers, of which 255 is none. */
export class Numbers implements Replica {
  readonly held: Set<number>;

  constructor(...held: readonly number[]) {
    this.held = new Set(held);
  }

  summary(): Uint8Array {
    return Uint8Array.from([...this.held].sort((left, right) => left - right));
  }

  missing(summary: Uint8Array): Iterable<Uint8Array> {
    return [...this.held].filter((each) => !summary.includes(each)).map((each) => Buffer.of(each));
  }

  merge(delta: Uint8Array): MergeResult {
    if (delta.includes(255)) throw new HearsayError('malformed', '255 is no small number');
    const before = this.held.size;
    for (const number of delta) this.held.add(number);
    return { added: this.held.size - before };
  }
}
