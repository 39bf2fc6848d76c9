import type { Verdict } from '../check/checker.js';

/** More would scroll the reason off the screen. */
const problemsShown = 10;

/** The proof in words, or what broke it. */
export function formatVerdict({
  ok,
  peers,
  messages,
  deliveries,
  hash,
  problems,
}: Verdict): string {
  if (ok) {
    return [
      `proved from the ${peers} live peers' own output, ${deliveries} lines in all:`,
      `  the same ${messages} messages at each of them, none twice, none lost`,
      '  each author in order, and no message before anything its author had seen',
      `  one state: ${hash}`,
    ].join('\n');
  }
  const rest = problems.length - problemsShown;
  return [
    `NOT proved, ${problems.length} problems:`,
    ...problems.slice(0, problemsShown).map(({ kind, peer, text }) => `  ${kind}: ${peer} ${text}`),
    ...(rest > 0 ? [`  and ${rest} more`] : []),
  ].join('\n');
}
