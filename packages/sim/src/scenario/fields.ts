/** A scenario, or an argument of the command line, that cannot mean anything: one line for a person. */
export class RequestError extends Error {
  override readonly name = 'RequestError';
}

/** Reads one object of a scenario; what is wrong is told with its place in the file. */
export class Fields {
  readonly #path: string;
  readonly #values: ReadonlyMap<string, unknown>;
  readonly #known = new Set<string>();

  /** @throws RequestError when `value` is no object */
  constructor(path: string, value: unknown) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new RequestError(`${path}: an object is expected`);
    }
    this.#path = path;
    this.#values = new Map(Object.entries(value));
  }

  /** The place of a field, for a message. */
  at(name: string): string {
    return `${this.#path}: "${name}"`;
  }

  raw(name: string): unknown {
    this.#known.add(name);
    return this.#values.get(name);
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  /** @param otherwise default; without one the field must be there */
  number(name: string, min: number, max: number, otherwise?: number): number {
    const value = this.raw(name) ?? otherwise;
    if (typeof value !== 'number' || !(value >= min && value <= max)) {
      throw new RequestError(`${this.at(name)} takes a number from ${min} to ${max}`);
    }
    return value;
  }

  count(name: string, min: number, max: number, otherwise?: number): number {
    const value = this.number(name, min, max, otherwise);
    if (!Number.isInteger(value)) throw new RequestError(`${this.at(name)} takes a whole number`);
    return value;
  }

  text(name: string, otherwise?: string): string {
    const value = this.raw(name) ?? otherwise;
    if (typeof value !== 'string') throw new RequestError(`${this.at(name)} takes a text`);
    return value;
  }

  flag(name: string): boolean {
    const value = this.raw(name) ?? false;
    if (typeof value !== 'boolean') throw new RequestError(`${this.at(name)} takes true or false`);
    return value;
  }

  choice<Choice extends string>(
    name: string,
    choices: readonly Choice[],
    otherwise?: Choice,
  ): Choice {
    const value = this.raw(name) ?? otherwise;
    const found = choices.find((choice) => choice === value);
    if (found === undefined) {
      throw new RequestError(`${this.at(name)} takes one of ${choices.join(', ')}`);
    }
    return found;
  }

  list(name: string): readonly unknown[] {
    const value = this.raw(name) ?? [];
    if (!Array.isArray(value)) throw new RequestError(`${this.at(name)} takes a list`);
    return value;
  }

  /** To be called last: a field that nothing read is a slip of the pen. */
  end(): void {
    for (const name of this.#values.keys()) {
      if (this.#known.has(name)) continue;
      throw new RequestError(`${this.at(name)} is unknown; known: ${[...this.#known].join(', ')}`);
    }
  }
}
