import type { Config } from '../config.js';

const PERMILLE = 1_000;

/** log10 of the member count in permille, rounded up; a table, since engines differ in `Math.log`. */
const LOG10_PERMILLE: readonly (readonly [number, number])[] = [
  [10, 1_000],
  [20, 1_302],
  [40, 1_603],
  [80, 1_904],
  [160, 2_205],
  [320, 2_506],
  [640, 2_807],
  [1_280, 3_108],
];

/** ln(n + 1) / ln(k + 1) in permille for k confirmations wanted (row) and n in hand (column). */
const SHRINK_PERMILLE: readonly (readonly number[])[] = [
  [PERMILLE],
  [0, PERMILLE],
  [0, 631, PERMILLE],
  [0, 500, 792, PERMILLE],
];

/**
 * Confirmations that a suspicion waits for: counted over members that live now, never over the
 * dead, who cannot confirm anything (Serf counts them, and needs half a minute when most die).
 * @param liveOthers live members besides ourselves and the suspect
 */
export function confirmationsWanted(liveOthers: number, configured: number): number {
  return Math.max(0, Math.min(configured, liveOthers, SHRINK_PERMILLE.length - 1));
}

/**
 * How long a suspicion lasts in all (Lifeguard, section IV-B): from the maximum down to the
 * minimum, logarithmically, as independent confirmations come in.
 * @param live members alive, ourselves included
 */
export function suspicionMs(
  live: number,
  confirmations: number,
  wanted: number,
  config: Pick<Config, 'suspicionMinMs' | 'suspicionMaxFactor'>,
): number {
  const scale = LOG10_PERMILLE.find(([members]) => live <= members)?.[1] ?? 4 * PERMILLE;
  const minMs = Math.floor((config.suspicionMinMs * scale) / PERMILLE);
  const maxMs = minMs * config.suspicionMaxFactor;
  const shrink = SHRINK_PERMILLE[wanted]?.[Math.min(confirmations, wanted)] ?? PERMILLE;
  return maxMs - Math.floor(((maxMs - minMs) * shrink) / PERMILLE);
}
