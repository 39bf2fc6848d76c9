import { readFileSync } from 'node:fs';
import type { Child } from '../../process/child.js';

const SAMPLE_EVERY_MS = 100;
const KIB = 1_024;

/** Resident memory of a process; undefined where there is no /proc to tell it. */
function residentBytes(processId: number | undefined): number | undefined {
  if (processId === undefined) return undefined;
  try {
    const status = readFileSync(`/proc/${processId}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) * KIB;
  } catch {
    return undefined;
  }
}

/** Watches how far the memory of processes rises above what it was at first. */
export class MemoryWatch {
  readonly #first: ReadonlyMap<Child, number>;
  readonly #peaks = new Map<Child, number>();
  readonly #timer: NodeJS.Timeout;

  constructor(children: readonly Child[]) {
    const known = children.map((child) => [child, residentBytes(child.processId)] as const);
    this.#first = new Map(known.filter((pair): pair is [Child, number] => pair[1] !== undefined));
    this.#timer = setInterval(() => this.#sample(), SAMPLE_EVERY_MS);
  }

  /** The largest of them at the start. */
  get firstBytes(): number {
    return Math.max(...this.#first.values());
  }

  /** Ends watching. @returns the growth of the process that grew most, in bytes; NaN if unknown */
  stop(): number {
    clearInterval(this.#timer);
    this.#sample();
    if (this.#first.size === 0) return Number.NaN;
    const growths = [...this.#first].map(
      ([child, first]) => (this.#peaks.get(child) ?? first) - first,
    );
    return Math.max(0, ...growths);
  }

  #sample(): void {
    for (const child of this.#first.keys()) {
      const bytes = residentBytes(child.processId);
      if (bytes !== undefined) this.#peaks.set(child, Math.max(this.#peaks.get(child) ?? 0, bytes));
    }
  }
}
