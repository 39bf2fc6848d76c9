/** Slots a page: small stores stay small, large ones waste at most a page. */
const PAGE_BITS = 10;
const PAGE_SLOTS = 1 << PAGE_BITS;
const PAGE_MASK = PAGE_SLOTS - 1;
const WORD_BITS = 3;

const TIME_HIGH = 0;
const TIME_LOW = 1;
const SEQUENCE_LOW = 2;
const SEQUENCE_HIGH = 3;
const PREVIOUS = 4;
const NEXT = 5;
const USED = 6;
const HASH = 7;

const TWO_16 = 0x1_0000;
const TWO_32 = 0x1_0000_0000;
const MASK_16 = 0xffff;
const STATE_BITS = 8;
const STATE_MASK = 0xff;

/** No slot. */
export const NO_SLOT = 0;
/** Streams are told apart by 16 bits. */
export const STREAM_INDEX_MAX: number = MASK_16;

/**
 * What a slot holds.
 *
 * - `value`: a register with its value.
 * - `deleted`: a deleted register: what is left is the version of the delete.
 * - `expired`: a register past its deadline, without its value.
 * - `evicted`: a register whose value went to make room; it lives on at other peers.
 * - `unknown`: a deadline for a register that is not known here.
 * - `composite`: a counter, set or hash.
 * - `node`: a further place of some entry in the index of another stream; its value is the slot of the entry.
 */
export interface StateNumbers {
  readonly free: 0;
  readonly value: 1;
  readonly deleted: 2;
  readonly expired: 3;
  readonly evicted: 4;
  readonly unknown: 5;
  readonly composite: 6;
  readonly node: 7;
}

export const STATE: StateNumbers = {
  free: 0,
  value: 1,
  deleted: 2,
  expired: 3,
  evicted: 4,
  unknown: 5,
  composite: 6,
  node: 7,
};

export type SlotState = StateNumbers[keyof StateNumbers];

/**
 * Entries as columns: 32 bytes of numbers a slot in typed arrays, beside its key and its value. An
 * object of the same fields takes 120 bytes and more, as times and sequences do not fit small integers.
 *
 * A slot keeps its number as long as it is in use. Numbers begin at 1.
 */
export class Slots {
  readonly #words: Int32Array[] = [];
  readonly #keys: string[][] = [];
  readonly #values: unknown[][] = [];
  /** Free slots, linked through NEXT. */
  #free = NO_SLOT;
  #end = 1;
  #used = 0;

  /** Slots in use. */
  get size(): number {
    return this.#used;
  }

  /** Above every slot ever used. */
  get end(): number {
    return this.#end;
  }

  allocate(key: string, state: SlotState): number {
    let slot = this.#free;
    if (slot === NO_SLOT) {
      slot = this.#end;
      this.#end += 1;
      if (slot >>> PAGE_BITS >= this.#words.length) this.#grow();
    } else {
      this.#free = this.next(slot);
    }
    this.#used += 1;
    this.#setKey(slot, key);
    this.#set(slot, USED, state);
    return slot;
  }

  release(slot: number): void {
    this.#setKey(slot, '');
    this.setValue(slot, undefined);
    this.#set(slot, USED, STATE.free);
    this.#set(slot, NEXT, this.#free);
    this.#free = slot;
    this.#used -= 1;
  }

  key(slot: number): string {
    return (this.#keys[slot >>> PAGE_BITS] as string[])[slot & PAGE_MASK] as string;
  }

  value(slot: number): unknown {
    return (this.#values[slot >>> PAGE_BITS] as unknown[])[slot & PAGE_MASK];
  }

  setValue(slot: number, value: unknown): void {
    (this.#values[slot >>> PAGE_BITS] as unknown[])[slot & PAGE_MASK] = value;
  }

  state(slot: number): SlotState {
    return (this.#get(slot, USED) & STATE_MASK) as SlotState; // Only states are put there.
  }

  setState(slot: number, state: SlotState): void {
    this.#set(slot, USED, (this.#get(slot, USED) & ~STATE_MASK) | state);
  }

  /** 24 bits for the eviction policy. */
  usage(slot: number): number {
    return this.#get(slot, USED) >>> STATE_BITS;
  }

  setUsage(slot: number, usage: number): void {
    this.#set(slot, USED, (usage << STATE_BITS) | (this.#get(slot, USED) & STATE_MASK));
  }

  ms(slot: number): number {
    return (this.#get(slot, TIME_HIGH) >>> 0) * TWO_16 + (this.#get(slot, TIME_LOW) >>> 16);
  }

  counter(slot: number): number {
    return this.#get(slot, TIME_LOW) & MASK_16;
  }

  setTime(slot: number, ms: number, counter: number): void {
    this.#set(slot, TIME_HIGH, Math.floor(ms / TWO_16));
    this.#set(slot, TIME_LOW, ((ms % TWO_16) << 16) | counter);
  }

  stream(slot: number): number {
    return this.#get(slot, SEQUENCE_HIGH) & MASK_16;
  }

  sequence(slot: number): number {
    return (this.#get(slot, SEQUENCE_HIGH) >>> 16) * TWO_32 + (this.#get(slot, SEQUENCE_LOW) >>> 0);
  }

  setDot(slot: number, stream: number, sequence: number): void {
    this.#set(slot, SEQUENCE_LOW, sequence % TWO_32);
    this.#set(slot, SEQUENCE_HIGH, (Math.floor(sequence / TWO_32) << 16) | stream);
  }

  /** The neighbours in the list of a stream. */
  previous(slot: number): number {
    return this.#get(slot, PREVIOUS);
  }

  setPrevious(slot: number, previous: number): void {
    this.#set(slot, PREVIOUS, previous);
  }

  next(slot: number): number {
    return this.#get(slot, NEXT);
  }

  setNext(slot: number, next: number): void {
    this.#set(slot, NEXT, next);
  }

  /** The hash of the key. */
  hash(slot: number): number {
    return this.#get(slot, HASH);
  }

  setHash(slot: number, hash: number): void {
    this.#set(slot, HASH, hash);
  }

  // Pages exist below `end`, and every slot passed in lies there: the casts say no more.
  #get(slot: number, word: number): number {
    const page = this.#words[slot >>> PAGE_BITS] as Int32Array;
    return page[((slot & PAGE_MASK) << WORD_BITS) | word] as number;
  }

  #set(slot: number, word: number, value: number): void {
    const page = this.#words[slot >>> PAGE_BITS] as Int32Array;
    page[((slot & PAGE_MASK) << WORD_BITS) | word] = value;
  }

  #setKey(slot: number, key: string): void {
    (this.#keys[slot >>> PAGE_BITS] as string[])[slot & PAGE_MASK] = key;
  }

  #grow(): void {
    this.#words.push(new Int32Array(PAGE_SLOTS << WORD_BITS));
    this.#keys.push(new Array<string>(PAGE_SLOTS).fill(''));
    this.#values.push(new Array<unknown>(PAGE_SLOTS).fill(undefined));
  }
}
