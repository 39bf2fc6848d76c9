/** What a producer puts in and one reader takes out in order; ended once, with an error or without. */
export class ItemQueue<Item> {
  readonly #items: Item[] = [];
  #waiting: (() => void) | undefined;
  #end: { readonly error: unknown } | undefined;

  push(item: Item): void {
    if (this.#end !== undefined) return;
    this.#items.push(item);
    this.#wake();
  }

  /** What was put in before is read first. @param error undefined: a good end */
  end(error?: unknown): void {
    this.#end ??= { error };
    this.#wake();
  }

  /** Takes out one by one. @param taken is told after each */
  async *read(taken: () => void = () => undefined): AsyncGenerator<Item, void> {
    for (;;) {
      const item = this.#items.shift();
      if (item !== undefined) {
        taken();
        yield item;
      } else if (this.#end !== undefined) {
        if (this.#end.error !== undefined) throw this.#end.error;
        return;
      } else {
        await new Promise<void>((resolve) => {
          this.#waiting = resolve;
        });
      }
    }
  }

  #wake(): void {
    this.#waiting?.();
    this.#waiting = undefined;
  }
}
