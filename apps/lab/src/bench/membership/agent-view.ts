import type { MemberState } from '@hearsay/core';
import type { Child } from '../../process/child.js';
import type { AgentRecord } from './protocol.js';

/** A change of one member as one agent saw it. */
export interface Sighting {
  readonly atMs: number;
  readonly id: string;
  readonly state: MemberState;
}

/** One agent, seen from outside: its process, and all that it told. */
export class Agent {
  readonly label: string;
  readonly child: Child;
  readonly sightings: Sighting[] = [];
  /** When it listened, or undefined as long as it does not. */
  ready: { readonly atMs: number; readonly id: string; readonly port: number } | undefined;
  leavingAtMs: number | undefined;
  /** Batches of ages it reported. */
  readonly ages: (readonly number[])[] = [];
  readonly #states = new Map<string, MemberState>();

  constructor(label: string, child: Child) {
    this.label = label;
    this.child = child;
  }

  take(record: AgentRecord): void {
    switch (record.kind) {
      case 'ready':
        this.ready = record;
        return;
      case 'member':
        this.sightings.push(record);
        this.#states.set(record.id, record.state);
        return;
      case 'leaving':
        this.leavingAtMs = record.atMs;
        return;
      case 'ages':
        this.ages.push(record.agesMs);
        return;
    }
  }

  /** The peer id; the agent must have become ready. */
  get id(): string {
    if (this.ready === undefined) throw new Error(`${this.label} is not ready`);
    return this.ready.id;
  }

  sees(id: string): MemberState | undefined {
    return this.#states.get(id);
  }

  /** When it first saw `id` in this state at or after a time. */
  sawAt(id: string, state: MemberState, sinceMs: number): number | undefined {
    return this.sightings.find(
      (sighting) => sighting.id === id && sighting.state === state && sighting.atMs >= sinceMs,
    )?.atMs;
  }

  /** When its list of live others first held all of `ids`, or undefined as long as it does not. */
  completeAt(ids: ReadonlySet<string>): number | undefined {
    const missing = new Set(ids);
    missing.delete(this.id);
    for (const { id, state, atMs } of this.sightings) {
      if (!ids.has(id)) continue;
      if (state === 'alive') missing.delete(id);
      else if (id !== this.id) missing.add(id);
      if (missing.size === 0) return atMs;
    }
    return missing.size === 0 ? this.ready?.atMs : undefined;
  }
}
