import { type Binary, bytesOfBinary } from '../values/binary.js';
import type { Change } from '../values/operation.js';
import type { CacheHost } from './cache-host.js';
import { binaryOfText } from './entry.js';
import type { ReadOptions, WriteOptions, Written } from './options.js';
import { readFrom } from './reads.js';

/** Writes changes of one key, all of them together. */
type WriteChanges = (
  key: string,
  changes: readonly Change[],
  options: WriteOptions,
) => Promise<Written | undefined>;

/** What the collections of a cache share. */
export interface CollectionParts {
  readonly host: CacheHost;
  readonly write: WriteChanges;
}

/** A number that every peer may add to at any time: nothing that was added is ever lost (PN-counter). */
export class CacheCounter {
  readonly key: string;
  readonly #parts: CollectionParts;

  constructor(key: string, parts: CollectionParts) {
    this.key = key;
    this.#parts = parts;
  }

  /**
   * Adds a whole number, which may be negative. After a QuorumError with `outcomeUnknown` it was
   * added; adding again would count twice.
   * @returns the value as it stands here then; others may have the same one, so it names nothing
   * @throws CacheError `wrong-type`, `bad-value`, `counter-overflow`, `out-of-memory`; as `cache.set`
   */
  async add(amount: number, options: WriteOptions = {}): Promise<number> {
    const { host, write } = this.#parts;
    host.check();
    const { stream } = host.replication;
    const changes = host.box.store.prepareCount(stream, this.key, amount, Date.now());
    await write(this.key, changes, options);
    return this.peek();
  }

  /** The value as it stands here; 0 for a key that is not there. @throws as `cache.get` */
  async value(options: ReadOptions = {}): Promise<number> {
    await readFrom(this.#parts.host, this.key, options);
    return this.peek();
  }

  peek(): number {
    const held = this.#parts.host.box.store.get(this.key, Date.now());
    return held?.value.kind === 'counter' ? held.value.value : 0;
  }
}

/** A set of texts to which every peer may add: an addition wins over a removal that had not seen it. */
export class CacheSet {
  readonly key: string;
  readonly #parts: CollectionParts;

  constructor(key: string, parts: CollectionParts) {
    this.key = key;
    this.#parts = parts;
  }

  /** @throws CacheError `wrong-type`, `too-large`, `too-many`, `out-of-memory`; as `cache.set` */
  async add(elements: string | readonly string[], options: WriteOptions = {}): Promise<void> {
    const { host, write } = this.#parts;
    host.check();
    const changes = host.box.store.prepareAdd(this.key, binariesOf(elements), Date.now());
    await write(this.key, changes, options);
  }

  /** Removes what is seen here. @throws as `add` */
  async delete(elements: string | readonly string[], options: WriteOptions = {}): Promise<void> {
    const { host, write } = this.#parts;
    host.check();
    const binaries = binariesOf(elements);
    const changes = host.box.store.prepareRemove('set', this.key, binaries, Date.now());
    await write(this.key, changes, options);
  }

  /** @throws as `cache.get` */
  async values(options: ReadOptions = {}): Promise<ReadonlySet<string>> {
    await readFrom(this.#parts.host, this.key, options);
    const held = this.#parts.host.box.store.get(this.key, Date.now());
    return new Set(held?.value.kind === 'set' ? held.value.elements.map(textOf) : []);
  }

  /** @throws as `cache.get` */
  async has(element: string, options: ReadOptions = {}): Promise<boolean> {
    return (await this.values(options)).has(element);
  }
}

/** Fields with texts: of two writes to one field the later wins, and a write over a removal that had not seen it. */
export class CacheHash {
  readonly key: string;
  readonly #parts: CollectionParts;

  constructor(key: string, parts: CollectionParts) {
    this.key = key;
    this.#parts = parts;
  }

  /** @throws CacheError `wrong-type`, `too-large`, `too-many`, `out-of-memory`; as `cache.set` */
  async set(field: string, value: string, options: WriteOptions = {}): Promise<void> {
    await this.setMany([[field, value]], options);
  }

  /** Several fields together. @throws as `set` */
  async setMany(
    fields: Iterable<readonly [string, string]>,
    options: WriteOptions = {},
  ): Promise<void> {
    const { host, write } = this.#parts;
    host.check();
    const binaries = new Map<Binary, Binary>();
    for (const [field, value] of fields) binaries.set(binaryOfText(field), binaryOfText(value));
    const changes = host.box.store.prepareFields(this.key, binaries, Date.now());
    await write(this.key, changes, options);
  }

  /** Removes fields as they are seen here. @throws as `set` */
  async delete(fields: string | readonly string[], options: WriteOptions = {}): Promise<void> {
    const { host, write } = this.#parts;
    host.check();
    const binaries = binariesOf(fields);
    const changes = host.box.store.prepareRemove('hash', this.key, binaries, Date.now());
    await write(this.key, changes, options);
  }

  /** @throws as `cache.get` */
  async get(field: string, options: ReadOptions = {}): Promise<string | undefined> {
    return (await this.entries(options)).get(field);
  }

  /** @throws as `cache.get` */
  async entries(options: ReadOptions = {}): Promise<ReadonlyMap<string, string>> {
    await readFrom(this.#parts.host, this.key, options);
    const held = this.#parts.host.box.store.get(this.key, Date.now());
    const fields = new Map<string, string>();
    if (held?.value.kind !== 'hash') return fields;
    for (const [field, value] of held.value.fields) fields.set(textOf(field), textOf(value));
    return fields;
  }
}

function binariesOf(elements: string | readonly string[]): readonly Binary[] {
  const list = typeof elements === 'string' ? [elements] : elements;
  return list.map((element) => binaryOfText(element));
}

function textOf(binary: Binary): string {
  return Buffer.from(bytesOfBinary(binary)).toString('utf8');
}
