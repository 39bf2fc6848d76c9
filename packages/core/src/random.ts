/** A stream of random numbers handed in from outside; core has no source of its own. */
export interface Random {
  /** An integer in 0 .. bound-1. */
  below(bound: number): number;
  /** An integer in 0 .. 2^32-1. */
  next(): number;
  /** An independent stream named by `label`, so that one more draw here never shifts another there. */
  split(label: string): Random;
}

/**
 * sfc32 (Chris Doty-Humphrey, PractRand): small, fast, passes BigCrush; 128 bits of state.
 * @param seed any text; equal seeds give equal streams on every machine
 */
export function seededRandom(seed: string): Random {
  let [a, b, c, counter] = seedState(seed);
  const next = (): number => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    c |= 0;
    return sum >>> 0;
  };
  const WARM_UP_ROUNDS = 15;
  for (let round = 0; round < WARM_UP_ROUNDS; round++) next();
  return {
    next,
    below: (bound) => (bound <= 1 ? 0 : next() % bound),
    split: (label) => seededRandom(`${seed}/${label}`),
  };
}

/** Picks one element, or undefined of an empty list. */
export function pick<T>(items: readonly T[], random: Random): T | undefined {
  return items[random.below(items.length)];
}

/** Picks up to `count` distinct elements, in random order (partial Fisher-Yates). */
export function sample<T>(items: readonly T[], count: number, random: Random): T[] {
  const pool = items.slice();
  const size = Math.min(count, pool.length);
  for (let index = 0; index < size; index++) {
    const other = index + random.below(pool.length - index);
    const kept = pool[other] as T; // Both indices are inside the pool.
    pool[other] = pool[index] as T;
    pool[index] = kept;
  }
  return pool.slice(0, size);
}

/** `valueMs` moved by up to `percent` either way, so that equal periods never march in step. */
export function jitter(valueMs: number, percent: number, random: Random): number {
  const span = Math.floor((valueMs * percent) / 100);
  return valueMs - span + random.below(2 * span + 1);
}

/** Four 32-bit words from text (cyrb128 mixing). */
function seedState(text: string): [number, number, number, number] {
  let [h1, h2, h3, h4] = [1779033703, 3144134277, 1013904242, 2773480762];
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    h1 = h2 ^ Math.imul(h1 ^ code, 597399067);
    h2 = h3 ^ Math.imul(h2 ^ code, 2869860233);
    h3 = h4 ^ Math.imul(h3 ^ code, 951274213);
    h4 = h1 ^ Math.imul(h4 ^ code, 2716044179);
  }
  return [h1 | 0, h2 | 0, h3 | 0, h4 | 0];
}
