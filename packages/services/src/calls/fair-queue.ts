/** A queue with a line for each caller, served in turn: who asks most does not push out the others. */
export class FairQueue<Caller, Item> {
  readonly #lines = new Map<Caller, Item[]>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  waitingOf(caller: Caller): number {
    return this.#lines.get(caller)?.length ?? 0;
  }

  add(caller: Caller, item: Item): void {
    const line = this.#lines.get(caller);
    if (line === undefined) this.#lines.set(caller, [item]);
    else line.push(item);
    this.#size += 1;
  }

  /** The next of the caller whose turn it is; that caller goes to the end. */
  take(): Item | undefined {
    for (const [caller, line] of this.#lines) {
      this.#lines.delete(caller);
      const item = line.shift();
      if (line.length > 0) this.#lines.set(caller, line);
      if (item === undefined) continue;
      this.#size -= 1;
      return item;
    }
    return undefined;
  }

  remove(caller: Caller, item: Item): boolean {
    const line = this.#lines.get(caller);
    const place = line?.indexOf(item) ?? -1;
    if (line === undefined || place < 0) return false;
    line.splice(place, 1);
    this.#size -= 1;
    if (line.length === 0) this.#lines.delete(caller);
    return true;
  }
}
