import { Composite, type CompositeChange, typeOf } from '../values/composite.js';
import type { Version } from '../values/stamp.js';
import { CompositeEntry } from './composite-entry.js';
import type { Origin, Registers } from './registers.js';
import { NO_SLOT, STATE } from './slots.js';
import type { Table } from './table.js';

/** Counters, sets and hashes in the table, and what becomes of a key that changes its type. */
export class Composites {
  readonly #table: Table;
  readonly #registers: Registers;

  constructor(table: Table, registers: Registers) {
    this.#table = table;
    this.#registers = registers;
  }

  /** The composite in a slot, or undefined. */
  at(slot: number): Composite | undefined {
    return slot === NO_SLOT ? undefined : this.#table.composite(slot)?.composite;
  }

  /** @returns the slot, or none when a later register is there */
  apply(slot: number, key: string, origin: Origin, change: CompositeChange): number {
    const { ms, counter, stream, sequence } = origin;
    const version = { ms, counter, stream, sequence };
    const composite = this.at(slot);
    if (composite !== undefined) {
      composite.apply(change, version);
      this.#table.refresh(slot);
      return slot;
    }
    if (this.#isLaterRegister(slot, version)) return NO_SLOT;
    const fresh = new Composite(typeOf(change), version);
    const target = this.#install(slot, key, fresh);
    fresh.apply(change, version);
    this.#table.refresh(target);
    return target;
  }

  /** Merges another state of a key. @returns the slot, or none when a later register is there */
  merge(slot: number, key: string, theirs: Composite): number {
    const composite = this.at(slot);
    if (composite !== undefined) {
      composite.merge(theirs);
      this.#table.refresh(slot);
      return slot;
    }
    if (this.#isLaterRegister(slot, theirs.latest)) return NO_SLOT;
    return this.#install(slot, key, theirs);
  }

  /**
   * Makes room for a register in the slot of a composite.
   * @returns what stands in its way: a composite that is later, and has taken note of the register
   *   (`noted`) or had before (`known`)
   */
  yield(slot: number, origin: Origin, nowMs: number): 'nothing' | 'noted' | 'known' {
    const composite = this.at(slot);
    if (composite === undefined) return 'nothing';
    const { ms, counter, stream, sequence } = origin;
    if (!this.#table.isOlder(slot, ms, counter, stream)) {
      const isNew = composite.raiseFloor({ ms, counter, stream, sequence });
      this.#table.refresh(slot);
      return isNew ? 'noted' : 'known';
    }
    this.#table.withdraw(slot);
    const { slots, index } = this.#table;
    slots.setState(slot, STATE.unknown);
    slots.setValue(slot, undefined);
    this.#table.attach(slot);
    const { deadline } = composite;
    if (deadline === undefined) return 'nothing';
    const from = { ...deadline.version, index: index.indexOf(deadline.version.stream) };
    this.#registers.writeDeadline(slot, slots.key(slot), from, {
      deadlineMs: deadline.deadlineMs,
      nowMs,
    });
    return 'nothing';
  }

  /** Forgets an entry as if it had never been. */
  forget(slot: number): void {
    this.#table.withdraw(slot);
    this.#table.drop(slot);
  }

  #isLaterRegister(slot: number, version: Version): boolean {
    if (slot === NO_SLOT || this.#table.slots.state(slot) === STATE.unknown) return false;
    return !this.#table.isOlder(slot, version.ms, version.counter, version.stream);
  }

  /** Puts a composite in place of nothing, or of an earlier register. */
  #install(slot: number, key: string, composite: Composite): number {
    const { slots } = this.#table;
    let target = slot;
    if (slot === NO_SLOT) {
      target = this.#table.create(key, STATE.composite);
    } else {
      const survivor = this.#registers.survivor(slot);
      if (survivor.version !== undefined) composite.raiseFloor(survivor.version);
      if (survivor.deadlineWrite !== undefined) composite.setDeadline(survivor.deadlineWrite);
      this.#registers.withdraw(slot);
      slots.setState(slot, STATE.composite);
    }
    slots.setValue(target, new CompositeEntry(composite));
    this.#table.refresh(target);
    return target;
  }
}
