import { fileURLToPath } from 'node:url';
import { LabError } from '../../errors.js';
import { Watch } from '../../observe/watch.js';
import type { Child } from '../../process/child.js';
import type { Children } from '../../process/children.js';
import type { Ending } from './attack.js';
import type { AttackCommand, AttackRecord } from './attacker-protocol.js';

const attackerFile = fileURLToPath(new URL('./attacker.js', import.meta.url));
/** An attack ends its connections itself; this is for one that does not. */
const ATTACK_TIMEOUT_MS = 60_000;

/** The hostile peer, in a process of its own. */
export class Attacker {
  readonly #child: Child;
  readonly #children: Children;
  readonly #watch = new Watch();
  #last: AttackRecord | undefined;

  constructor(children: Children) {
    this.#children = children;
    this.#child = children.start({
      label: 'attacker',
      file: attackerFile,
      args: [],
      onLine: (line) => {
        // Both ends of this pipe are built from the same sources.
        this.#last = JSON.parse(line) as AttackRecord;
        this.#watch.changed();
      },
    });
  }

  /** @throws LabError `refused` when an attack could not be made */
  async attack(command: AttackCommand): Promise<readonly Ending[]> {
    await this.#record();
    this.#last = undefined;
    this.#child.send(command);
    const record = await this.#record();
    if (record.kind === 'done') return record.endings;
    const why = record.kind === 'failed' ? record.reason : 'it lost count';
    throw new LabError('refused', `the attack "${command.attack}" could not be made: ${why}`);
  }

  #record(): Promise<AttackRecord> {
    return this.#watch.until(() => this.#last, {
      what: 'an answer of the attacker',
      timeoutMs: ATTACK_TIMEOUT_MS,
      signal: this.#children.failure,
    });
  }
}
