import type { Binary } from '../values/binary.js';
import { Composite, type CompositeChange, type DeadlineWrite } from '../values/composite.js';
import type { Operation } from '../values/operation.js';
import type { Version } from '../values/stamp.js';
import type { Composites } from './composites.js';
import type { Lapsed } from './lapsed.js';
import type { Origin, Registers } from './registers.js';
import { NO_SLOT, STATE } from './slots.js';
import type { CompositeSurvivor, RegisterSurvivor, Survivor } from './survivor.js';
import { NEVER, type Table } from './table.js';
import type { StoreEvent } from './types.js';

interface Parts {
  readonly table: Table;
  readonly registers: Registers;
  readonly composites: Composites;
  readonly lapsed: Lapsed;
  readonly emit: (kind: StoreEvent['kind'], slot: number) => void;
}

/** What writes and merged states do to the entries, of whatever type. Both say whether anything changed. */
export class Writes {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  apply(origin: Origin, { key, change }: Operation, nowMs: number): boolean {
    const slot = this.#parts.table.find(key);
    switch (change.kind) {
      case 'set':
        return this.#set(slot, key, origin, change, nowMs);
      case 'delete':
        return this.#delete(slot, key, origin, nowMs);
      case 'deadline':
        return this.#deadline(slot, key, origin, { deadlineMs: change.deadlineMs, nowMs });
      case 'count':
      case 'reset':
      case 'set-add':
      case 'set-remove':
      case 'hash-set':
      case 'hash-remove':
      case 'clear':
        return this.#compose(slot, key, origin, change, nowMs);
    }
  }

  /**
   * @param asked whether it answers a question, and so is taken even if it was known and is forgotten
   */
  adopt(survivor: Survivor, nowMs: number, asked: boolean): boolean {
    return survivor.kind === 'register'
      ? this.#adoptRegister(survivor, nowMs, asked)
      : this.#adoptComposite(survivor, nowMs, asked);
  }

  #set(
    slot: number,
    key: string,
    origin: Origin,
    write: { readonly value: Binary; readonly deadlineMs: number | undefined },
    nowMs: number,
  ): boolean {
    const { composites, registers } = this.#parts;
    const obstacle = composites.yield(slot, origin, nowMs);
    if (obstacle !== 'nothing') return obstacle === 'noted';
    const { value, deadlineMs = NEVER } = write;
    return this.#written(
      'set',
      registers.write(slot, key, origin, { state: STATE.value, value, deadlineMs }),
    );
  }

  #delete(slot: number, key: string, origin: Origin, nowMs: number): boolean {
    const { composites, registers, table } = this.#parts;
    const obstacle = composites.yield(slot, origin, nowMs);
    if (obstacle !== 'nothing') return obstacle === 'noted';
    const held = slot !== NO_SLOT && table.isLive(slot);
    const written = registers.write(slot, key, origin, { state: STATE.deleted });
    if (held) return this.#written('delete', written);
    return written !== NO_SLOT;
  }

  #deadline(
    slot: number,
    key: string,
    origin: Origin,
    write: { readonly deadlineMs: number | undefined; readonly nowMs: number },
  ): boolean {
    const { composites, registers, table, lapsed } = this.#parts;
    const composite = composites.at(slot);
    if (composite === undefined) {
      const written = registers.writeDeadline(slot, key, origin, write);
      lapsed.note(written, write.nowMs);
      return written !== NO_SLOT;
    }
    const { ms, counter, stream, sequence } = origin;
    const version = { ms, counter, stream, sequence };
    const changed = composite.setDeadline({ version, deadlineMs: write.deadlineMs });
    table.refresh(slot);
    lapsed.note(slot, write.nowMs);
    return changed;
  }

  #compose(
    slot: number,
    key: string,
    origin: Origin,
    change: CompositeChange,
    nowMs: number,
  ): boolean {
    const { composites, table, lapsed } = this.#parts;
    const written = composites.apply(slot, key, origin, change);
    if (written === NO_SLOT) return false;
    // Its deadline ends with it, though some of it may have been added beside.
    if (change.kind === 'clear') lapsed.note(written, nowMs);
    return this.#written(table.isLive(written) ? 'set' : 'delete', written);
  }

  #adoptRegister(survivor: RegisterSurvivor, nowMs: number, asked: boolean): boolean {
    const { table } = this.#parts;
    const { key, version, deadlineWrite } = survivor;
    const isNews =
      version !== undefined && (asked || table.find(key) !== NO_SLOT || !this.#knows(version));
    // First the deadline: by it the content lives, though it may have expired here for want of it.
    const isMoved = deadlineWrite !== undefined && this.#adoptDeadline(key, deadlineWrite, nowMs);
    return (isNews && this.#adoptContent(survivor, version, nowMs)) || isMoved;
  }

  #adoptContent(survivor: RegisterSurvivor, version: Version, nowMs: number): boolean {
    const { registers, composites, table, lapsed } = this.#parts;
    const { key, content, deadlineMs } = survivor;
    const slot = table.find(key);
    const origin = this.#origin(version);
    if (content.kind === 'value') {
      const write = { value: content.value, deadlineMs };
      return this.#set(slot, key, origin, write, nowMs) || this.#fill(slot, content.value, version);
    }
    if (content.kind === 'deleted') return this.#delete(slot, key, origin, nowMs);
    const obstacle = composites.yield(slot, origin, nowMs);
    if (obstacle !== 'nothing') return obstacle === 'noted';
    const lost = { state: STATE.expired, deadlineMs: deadlineMs ?? NEVER };
    const written = registers.write(slot, key, origin, lost);
    if (written === NO_SLOT) return false;
    // A deadline that we know of may be later than the one it expired by.
    if (table.deadlineMs(written) <= nowMs) return true;
    registers.strip(written, STATE.evicted);
    lapsed.note(written, nowMs);
    return true;
  }

  /** The same version, with the value that we lost. */
  #fill(slot: number, value: Binary, version: Version): boolean {
    const { slots, index } = this.#parts.table;
    if (slot === NO_SLOT || slots.state(slot) !== STATE.evicted) return false;
    if (slots.sequence(slot) !== version.sequence) return false;
    if (index.stream(slots.stream(slot)) !== version.stream) return false;
    this.#parts.registers.refill(slot, value);
    return true;
  }

  #adoptDeadline(key: string, write: DeadlineWrite, nowMs: number): boolean {
    const slot = this.#parts.table.find(key);
    if (slot === NO_SLOT && this.#knows(write.version)) return false;
    const origin = this.#origin(write.version);
    return this.#deadline(slot, key, origin, { deadlineMs: write.deadlineMs, nowMs });
  }

  #adoptComposite({ key, state }: CompositeSurvivor, nowMs: number, asked: boolean): boolean {
    const { composites, table } = this.#parts;
    const slot = table.find(key);
    const known = state.seen.every(([stream, sequence]) => this.#knows({ stream, sequence }));
    if (slot === NO_SLOT && known && !asked) return false;
    const theirs = Composite.from(state);
    if (composites.at(slot)?.covers(theirs) === true) return false;
    const written = composites.merge(slot, key, theirs);
    this.#parts.lapsed.note(written, nowMs);
    if (written !== NO_SLOT)
      return this.#written(table.isLive(written) ? 'set' : 'delete', written);
    // A later register is here; the deadline may be later still.
    return (
      state.deadlineWrite !== undefined && this.#adoptDeadline(key, state.deadlineWrite, nowMs)
    );
  }

  #origin(version: Version): Origin {
    const { ms, counter, stream, sequence } = version;
    return { ms, counter, stream, sequence, index: this.#parts.table.index.indexOf(stream) };
  }

  /** Known, and not held any more: it was deleted, expired or evicted, and forgotten. */
  #knows({ stream, sequence }: { stream: Version['stream']; sequence: number }): boolean {
    const { index } = this.#parts.table;
    return index.known(index.indexOf(stream)) >= sequence;
  }

  #written(kind: 'set' | 'delete', slot: number): boolean {
    if (slot === NO_SLOT) return false;
    this.#parts.emit(kind, slot);
    return true;
  }
}
