import { HearsayError, type MergeResult, type PeerId, type Replica } from '@hearsay/core';
import type { Program, ProgramHost } from '../../src/index.js';

const DISK = 'values';

/**
 * A small program of the kind that lives on a port: a growing set of numbers below 200. What is
 * added is posted to all, repaired by its replica, and written to disk a while later.
 */
export class NumberProgram implements Program, Replica {
  readonly held: Set<number>;
  readonly host: ProgramHost;
  readonly heard: { readonly from: PeerId; readonly number: number }[] = [];
  readonly wokenMs: number[] = [];
  readonly events: string[] = [];
  repairs = 0;

  constructor(host: ProgramHost) {
    this.host = host;
    this.held = new Set(host.disk.get(DISK));
  }

  get replica(): Replica {
    return this;
  }

  add(number: number): number {
    this.held.add(number);
    this.host.wakeAt(this.host.now().monotonicMs + 100);
    return this.host.post(Uint8Array.of(number));
  }

  received(from: PeerId, bytes: Uint8Array): void {
    for (const number of bytes) {
      if (number >= 200) throw new HearsayError('malformed', `${number} is too large`);
      this.heard.push({ from, number });
      this.held.add(number);
    }
  }

  repaired(_from: PeerId, added: number): void {
    this.repairs += added;
  }

  happened({ kind }: { readonly kind: string }): void {
    this.events.push(kind);
  }

  wake(): void {
    this.wokenMs.push(this.host.now().monotonicMs);
    this.host.disk.set(DISK, this.summary());
  }

  summary(): Uint8Array {
    return Uint8Array.from([...this.held].sort((left, right) => left - right));
  }

  missing(summary: Uint8Array): Iterable<Uint8Array> {
    const lacking = [...this.held].filter((number) => !summary.includes(number));
    return lacking.length === 0 ? [] : [Uint8Array.from(lacking)];
  }

  merge(delta: Uint8Array): MergeResult {
    const before = this.held.size;
    for (const number of delta) this.held.add(number);
    return { added: this.held.size - before };
  }
}
