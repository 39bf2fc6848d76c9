import { LabError } from '../errors.js';

const DURATION = /^(?<sign>-?)(?<number>\d+(?:\.\d+)?)(?<unit>ms|s|m)$/;
const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000 };
/** Nothing in a story takes longer. */
const DURATION_MS_MAX = 3_600_000;

/** One object of a story file: every wrong field is told by its place, and none is left unread. */
export class Fields {
  readonly #place: string;
  readonly #values: ReadonlyMap<string, unknown>;
  readonly #unread: Set<string>;

  /** @param place the file and the way to the object, as errors tell it */
  constructor(value: unknown, place: string) {
    this.#place = place;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new LabError('usage', `${place} is not an object`);
    }
    this.#values = new Map(Object.entries(value));
    this.#unread = new Set(this.#values.keys());
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  isList(name: string): boolean {
    return Array.isArray(this.#values.get(name));
  }

  text(name: string, fallback?: string): string {
    const value = this.#take(name) ?? fallback;
    if (typeof value === 'string' && value !== '') return value;
    return this.fail(name, 'is a text');
  }

  oneOf<T extends string>(name: string, choices: readonly T[]): T {
    const value = this.#take(name);
    const choice = choices.find((each) => each === value);
    return choice ?? this.fail(name, `is one of ${choices.join(', ')}`);
  }

  flag(name: string): boolean {
    const value = this.#take(name) ?? false;
    if (typeof value === 'boolean') return value;
    return this.fail(name, 'is true or false');
  }

  /** A whole number from `min` to `max`. */
  count(name: string, { min, max, fallback }: CountRule): number {
    const value = this.#take(name) ?? fallback;
    if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) {
      return value;
    }
    return this.fail(name, `is a whole number from ${min} to ${max}`);
  }

  /** `"500ms"`, `"2s"` or `"1m"`, and with a sign where `signed`. @returns milliseconds */
  duration(name: string, fallbackMs?: number, signed = false): number {
    const value = this.#take(name);
    if (value === undefined && fallbackMs !== undefined) return fallbackMs;
    const parts = typeof value === 'string' ? DURATION.exec(value)?.groups : undefined;
    const milliseconds = Number(parts?.['number']) * (UNIT_MS[parts?.['unit'] ?? ''] ?? Number.NaN);
    const negative = parts?.['sign'] === '-';
    if (!(milliseconds <= DURATION_MS_MAX) || (negative && !signed)) {
      return this.fail(name, 'is a time up to an hour, written like "500ms", "2s" or "1m"');
    }
    return negative ? -milliseconds : milliseconds;
  }

  list(name: string): readonly unknown[] {
    const value = this.#take(name);
    return Array.isArray(value) ? value : this.fail(name, 'is a list');
  }

  /** Some of `known`: one, a list, or "all". */
  names(name: string, known: readonly string[]): readonly string[] {
    const value = this.#take(name);
    if (value === 'all') return known;
    const names: unknown[] = Array.isArray(value) ? value : [value];
    const found = names.filter((each) => typeof each === 'string' && known.includes(each));
    if (names.length > 0 && found.length === names.length && new Set(names).size === names.length) {
      return found.map(String);
    }
    return this.fail(name, `is "all", or one or several of ${known.join(', ')}, each once`);
  }

  /** @throws LabError `usage` for a field that nobody read: a slip of the pen must not pass */
  done(): void {
    const [first] = this.#unread;
    if (first !== undefined) this.fail(first, 'is not known here');
  }

  fail(name: string, rule: string): never {
    throw new LabError('usage', `${this.#place}: "${name}" ${rule}`);
  }

  #take(name: string): unknown {
    this.#unread.delete(name);
    return this.#values.get(name);
  }
}

interface CountRule {
  readonly min: number;
  readonly max: number;
  readonly fallback?: number;
}
