import type { PeerId } from '@hearsay/core';
import { localProcessOf, type Peer } from '@hearsay/node';
import { pauseMsMax } from '../limits.js';
import type { Names } from './names.js';

export interface DrillsOptions {
  readonly peer: Peer;
  readonly names: Names;
  /** Not with `--lan`, unless asked for: others there did not agree to be experimented on. */
  readonly allowed: boolean;
  /** Gives the terminal back: nothing does it later. */
  readonly giveBack: () => void;
}

const REFUSED = 'drills are off beyond this machine; start with --drills to have them';

/** Faults on purpose. Each tells in one line what was done, or why it was not. */
export class Drills {
  readonly #options: DrillsOptions;

  constructor(options: DrillsOptions) {
    this.#options = options;
  }

  cut(id: PeerId): string {
    const { peer, names, allowed } = this.#options;
    if (!allowed) return REFUSED;
    if (id === peer.id) return 'that is you';
    peer.drills.cut(id);
    return `cut off ${names.of(id)} here: nothing passes, and nothing tells so; heal ends it`;
  }

  /** @param id undefined: all */
  heal(id: PeerId | undefined): string {
    const { peer, names } = this.#options;
    const cuts = [...peer.drills.cuts];
    if (cuts.length === 0) return 'nobody is cut off here';
    peer.drills.heal(id);
    return id === undefined
      ? `healed: ${cuts.map((cut) => names.of(cut)).join(', ')}`
      : `healed: ${names.of(id)}`;
  }

  /** Stands still, as a process does that its system does not run. @param ms at most `pauseMsMax` */
  pause(ms: number): string {
    if (!this.#options.allowed) return REFUSED;
    const waitMs = Math.min(ms, pauseMsMax);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, waitMs);
    return `stood still for ${waitMs / 1_000}s`;
  }

  /** Kills this very process, as `kill -9` does. @returns only when that is refused */
  crash(): string {
    if (!this.#options.allowed) return REFUSED;
    this.#options.giveBack();
    process.kill(process.pid, 'SIGKILL');
    return 'killed';
  }

  /** Sends a signal to the process of another peer of this machine and user. */
  async signal(id: PeerId, signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): Promise<string> {
    const { names, allowed } = this.#options;
    if (!allowed) return REFUSED;
    const pid = await localProcessOf(id);
    if (pid === undefined) return `${names.of(id)} is no process of this machine and user`;
    process.kill(pid, signal);
    return `${SIGNAL_WORDS[signal]} ${names.of(id)}, process ${pid}`;
  }
}

const SIGNAL_WORDS = { SIGKILL: 'killed', SIGSTOP: 'froze', SIGCONT: 'thawed' } as const;
