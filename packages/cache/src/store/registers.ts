import type { HlcTime, StreamId } from '@hearsay/core';
import type { Binary } from '../values/binary.js';
import { NO_SLOT, type SlotState, STATE } from './slots.js';
import type { RegisterSurvivor } from './survivor.js';
import { Extra, NEVER, type Table } from './table.js';

/** A write with its origin's index in the store. */
export interface Origin extends HlcTime {
  readonly stream: StreamId;
  readonly index: number;
  readonly sequence: number;
}

/**
 * Registers: the write with the latest stamp wins, and its deadline with it; a later EXPIRE or
 * PERSIST replaces the deadline alone. All of it may come in any order.
 */
export class Registers {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  /**
   * Writes a version, unless a later one is there.
   * @param slot of the key, or none
   * @returns the slot, or none when a later write is there
   */
  write(
    slot: number,
    key: string,
    origin: Origin,
    content: { readonly state: SlotState; readonly value?: Binary; readonly deadlineMs?: number },
  ): number {
    const { slots } = this.#table;
    let target = slot;
    let extra: Extra | undefined;
    if (slot === NO_SLOT) {
      target = this.#table.create(key, content.state);
    } else {
      if (slots.state(slot) !== STATE.unknown && !this.#isOlder(slot, origin)) return NO_SLOT;
      this.#table.detach(slot);
      extra = this.#table.extra(slot);
      slots.setState(slot, content.state);
    }
    slots.setTime(target, origin.ms, origin.counter);
    slots.setDot(target, origin.index, origin.sequence);
    if (extra !== undefined && (extra.node === NO_SLOT || this.#isOlder(extra.node, origin))) {
      if (extra.node !== NO_SLOT) slots.release(extra.node);
      extra = undefined;
    }
    this.#put(target, extra, content.value, content.deadlineMs ?? NEVER);
    this.#table.attach(target);
    return target;
  }

  /**
   * Sets the deadline, unless it was set later, or written later as a whole.
   * @returns the slot, or none when nothing changed
   */
  writeDeadline(
    slot: number,
    key: string,
    origin: Origin,
    write: { readonly deadlineMs: number | undefined; readonly nowMs: number },
  ): number {
    const { slots } = this.#table;
    let target = slot;
    if (slot === NO_SLOT) {
      target = this.#table.create(key, STATE.unknown);
      slots.setValue(target, undefined);
    } else {
      if (slots.state(slot) !== STATE.unknown && !this.#isOlder(slot, origin)) return NO_SLOT;
      const known = this.#table.extra(slot);
      if (known !== undefined && known.node !== NO_SLOT && !this.#isOlder(known.node, origin)) {
        return NO_SLOT;
      }
      this.#table.detach(slot);
    }
    const extra = this.#table.extra(target) ?? this.#wrap(target);
    if (extra.node === NO_SLOT) {
      extra.node = slots.allocate(key, STATE.node);
      slots.setValue(extra.node, target);
    }
    slots.setTime(extra.node, origin.ms, origin.counter);
    slots.setDot(extra.node, origin.index, origin.sequence);
    extra.writtenMs = write.deadlineMs ?? NEVER;
    // It expired here too early: the value is gone, and lives on elsewhere.
    if (slots.state(target) === STATE.expired && extra.writtenMs > write.nowMs) {
      slots.setState(target, STATE.evicted);
      this.#table.digests.markPartial(slots.hash(target));
    }
    this.#table.attach(target);
    return target;
  }

  /** Takes the value away and keeps the version. */
  strip(slot: number, state: typeof STATE.expired | typeof STATE.evicted): void {
    const { slots } = this.#table;
    this.#table.detach(slot);
    const extra = this.#table.extra(slot);
    if (extra === undefined) slots.setValue(slot, undefined);
    else extra.value = undefined;
    slots.setState(slot, state);
    if (state === STATE.evicted) this.#table.digests.markPartial(slots.hash(slot));
    this.#table.attach(slot);
  }

  /** Gives back its value to a version that lost it. */
  refill(slot: number, value: Binary): void {
    const { slots } = this.#table;
    this.#table.detach(slot);
    const extra = this.#table.extra(slot);
    if (extra === undefined) slots.setValue(slot, value);
    else extra.value = value;
    slots.setState(slot, STATE.value);
    this.#table.attach(slot);
  }

  /** Forgets an entry as if it had never been. */
  forget(slot: number): void {
    this.withdraw(slot);
    this.#table.drop(slot);
  }

  /** Takes an entry out of everything but its slot. */
  withdraw(slot: number): void {
    const extra = this.#table.extra(slot);
    this.#table.detach(slot);
    if (extra !== undefined && extra.node !== NO_SLOT) this.#table.slots.release(extra.node);
  }

  survivor(slot: number): RegisterSurvivor {
    const { slots } = this.#table;
    const extra = this.#table.extra(slot);
    const value = extra === undefined ? slots.value(slot) : extra.value;
    const state = slots.state(slot);
    const written = extra !== undefined && extra.node !== NO_SLOT;
    return {
      kind: 'register',
      key: slots.key(slot),
      version: state === STATE.unknown ? undefined : this.#table.version(slot),
      content: contentOf(state, value),
      deadlineMs: finite(extra?.deadlineMs),
      deadlineWrite: written
        ? { version: this.#table.version(extra.node), deadlineMs: finite(extra.writtenMs) }
        : undefined,
    };
  }

  #isOlder(slot: number, origin: Origin): boolean {
    return this.#table.isOlder(slot, origin.ms, origin.counter, origin.stream);
  }

  /** @param extra one whose deadline outlives this write */
  #put(
    slot: number,
    extra: Extra | undefined,
    value: Binary | undefined,
    deadlineMs: number,
  ): void {
    if (extra !== undefined) {
      extra.value = value;
      extra.deadlineMs = deadlineMs;
    } else {
      this.#table.slots.setValue(slot, deadlineMs === NEVER ? value : new Extra(value, deadlineMs));
    }
  }

  #wrap(slot: number): Extra {
    const value = this.#table.slots.value(slot);
    const extra = new Extra(typeof value === 'string' ? value : undefined, NEVER);
    this.#table.slots.setValue(slot, extra);
    return extra;
  }
}

function contentOf(state: SlotState, value: unknown): RegisterSurvivor['content'] {
  if (state === STATE.value && typeof value === 'string') return { kind: 'value', value };
  if (state === STATE.deleted) return { kind: 'deleted' };
  return { kind: state === STATE.unknown ? 'nothing' : 'lost' };
}

function finite(deadlineMs: number | undefined): number | undefined {
  return deadlineMs === NEVER ? undefined : deadlineMs;
}
