/** What fraction of a turn the start moves on; being irrational, whoever comes every n-th time meets all of it. */
const GOLDEN_RATIO = (Math.sqrt(5) - 1) / 2;

/** A list that begins elsewhere at each turn: when only a part of it fits, another part does next time. */
export function rotated<T>(list: readonly T[], turn: number): readonly T[] {
  const start = Math.floor(((turn * GOLDEN_RATIO) % 1) * list.length);
  return start === 0 ? list : [...list.slice(start), ...list.slice(0, start)];
}
