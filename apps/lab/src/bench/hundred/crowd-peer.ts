import type { MemberState } from '@hearsay/core';
import type { Child } from '../../process/child.js';

/** One peer of a crowd, as its host tells of it. */
export class CrowdPeer {
  readonly label: string;
  /** The process that it lives in, with others. */
  readonly host: Child;
  /** When it listened, or undefined as long as it does not. */
  ready: { readonly atMs: number; readonly id: string; readonly port: number } | undefined;
  /** How often it called itself isolated. */
  isolations = 0;
  isolated = false;
  ages: readonly number[] | undefined;
  readonly #states = new Map<string, MemberState>();

  constructor(label: string, host: Child) {
    this.label = label;
    this.host = host;
  }

  /** The peer id; the peer must have become ready. */
  get id(): string {
    if (this.ready === undefined) throw new Error(`${this.label} is not ready`);
    return this.ready.id;
  }

  saw(id: string, state: MemberState): void {
    this.#states.set(id, state);
  }

  sees(id: string): MemberState | undefined {
    return this.#states.get(id);
  }

  /** Whether it sees all of these, itself aside, in a state. */
  seesAll(ids: readonly string[], state: MemberState): boolean {
    return ids.every((id) => id === this.ready?.id || this.#states.get(id) === state);
  }
}
