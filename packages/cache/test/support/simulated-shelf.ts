import type { Shelf, ShelvedDocument } from '../../src/documents/shelf.js';

/** No key is empty. */
const STANDING = '\nstanding';

/** The disk of a simulated machine, an update an entry. */
export class SimulatedShelf implements Shelf {
  readonly #disk: Map<string, Uint8Array>;
  #count: number;

  constructor(disk: Map<string, Uint8Array>) {
    this.#disk = disk;
    // A number used once is not used again while anything of an earlier run is there.
    const numbers = [...disk.keys()].map((name) => Number(name.split('\n')[1]) || 0);
    this.#count = 1 + Math.max(0, ...numbers);
  }

  *documents(): Iterable<ShelvedDocument> {
    const keys = new Set([...this.#disk.keys()].map((name) => name.split('\n')[0] ?? ''));
    keys.delete('');
    const unknown = { digest: undefined, isBlank: false, bornMs: 0, changedMs: 0 };
    for (const key of keys) yield { key, ...unknown };
  }

  load(key: string): readonly Uint8Array[] {
    const entries = [...this.#disk].filter(([name]) => name.startsWith(`${key}\n`));
    return entries.map(([, update]) => update);
  }

  append(key: string, update: Uint8Array): boolean {
    this.#disk.set(`${key}\n${this.#count++}`, update);
    return false;
  }

  write(): void {
    // It is there.
  }

  replace(): boolean {
    return true; // The updates are enough.
  }

  release(): void {
    // Nothing is open.
  }

  remove(key: string): void {
    for (const name of [...this.#disk.keys()])
      if (name.startsWith(`${key}\n`)) this.#disk.delete(name);
  }

  get standing(): Uint8Array | undefined {
    return this.#disk.get(STANDING);
  }

  keepStanding(bytes: Uint8Array): void {
    this.#disk.set(STANDING, bytes);
  }
}
