import type { PeerId, StreamId } from '@hearsay/core';
import type { ClockEntry } from '@hearsay/core/wire';
import { Vector } from './vector.js';

/** What is known of one member of the cache. */
interface Member {
  /** Everything it told so far. */
  told: Vector;
  /** What it told at one moment, and that we have reached since. */
  reached: Vector;
  /** What it told at one moment, and that we have not reached yet. */
  ahead: Vector | undefined;
}

/**
 * Causal stability: what every member is known to have delivered.
 *
 * A member's word counts once we hold everything that it held when it spoke. Only then is everything
 * here that was written without knowledge of a stable deletion, so that forgetting the deletion
 * cannot bring anything back (Baquero, Almeida and Shoker 2014).
 */
export class Stability {
  readonly #members = new Map<PeerId, Member>();

  /** Members that hold stability up, besides us. */
  get members(): readonly PeerId[] {
    return [...this.#members.keys()];
  }

  has(peer: PeerId): boolean {
    return this.#members.has(peer);
  }

  /** What a member is known to hold. */
  toldBy(peer: PeerId): Vector | undefined {
    return this.#members.get(peer)?.told;
  }

  /** From now on nothing is stable that it does not hold. */
  add(peer: PeerId): void {
    if (this.#members.has(peer)) return;
    const member = { told: new Vector(), reached: new Vector(), ahead: undefined };
    this.#members.set(peer, member);
  }

  /** It no longer holds stability up: when it returns it must begin anew. */
  remove(peer: PeerId): void {
    this.#members.delete(peer);
  }

  /** @param all false for only what rose since it spoke before */
  told(peer: PeerId, entries: readonly ClockEntry[], all: boolean): void {
    const member = this.#members.get(peer);
    if (member === undefined) return;
    if (all) {
      // It may hold less than before: it began anew. What it once told does not count any more.
      const told = Vector.from(entries);
      if (!told.dominates(member.told)) {
        member.reached = new Vector();
        member.ahead = undefined;
      }
      member.told = told;
    } else {
      for (const [stream, sequence] of entries) member.told.raise(stream, sequence);
    }
    member.ahead ??= member.told.copy();
  }

  /** What all members hold. @param vector what we hold */
  stable(vector: Vector): Vector {
    const members = [...this.#members.values()];
    for (const member of members) advance(member, vector);
    const stable = new Vector();
    for (const [stream, sequence] of vector.sorted()) {
      let least = sequence;
      for (const { reached } of members) least = Math.min(least, reached.get(stream));
      if (least > 0) stable.raise(stream, least);
    }
    return stable;
  }

  /**
   * Whether every member told that a stream ends here, and that it knows a later one of the same peer:
   * one that held more of it would have told more.
   */
  knowsEnd(stream: StreamId, sequence: number, later: StreamId): boolean {
    for (const { told } of this.#members.values()) {
      if (told.isRetired(stream)) continue;
      if (told.get(stream) !== sequence || told.get(later) === 0) return false;
    }
    return true;
  }

  /** How many members are known to hold this of a stream that is not over. */
  holders(stream: StreamId, sequence: number): number {
    let count = 0;
    for (const { told } of this.#members.values()) {
      if (told.get(stream) >= sequence && !told.isRetired(stream)) count += 1;
    }
    return count;
  }
}

function advance(member: Member, vector: Vector): void {
  while (member.ahead !== undefined && vector.dominates(member.ahead)) {
    member.reached = member.ahead;
    member.ahead = member.ahead.equals(member.told) ? undefined : member.told.copy();
  }
}
