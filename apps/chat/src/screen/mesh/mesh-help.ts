import { type Line, span, wrap } from '@hearsay/terminal';

const ROWS: readonly (readonly [string, string])[] = [
  ['Up, Down', 'pick a peer; Enter shows all that is known of it'],
  ['x, h', 'cut the link to it here, without a sign to either side; heal it'],
  ['K', 'kill -9 its process, after a question; only of this machine and user'],
  ['f, c', 'freeze its process (SIGSTOP), after a question; let it continue'],
  ['r', 'dial it again now'],
  ['p', 'pause painting, to look closely; the mesh goes on'],
  ['e', 'write the events to a file, one JSON object a line'],
  ['PgUp, PgDn', 'older and newer events'],
  ['Esc, q', 'back'],
];

const MEANINGS: readonly string[] = [
  'FOR how long it is in that state. LAST when it was last heard. GEN.INC its run, and the suspicions it refuted.',
  'SYNC what it lacks of ours and we of its, as it last told; DIGEST how long ago that was. Of the suspect and the dead only what was known then.',
  'INC rises when a peer denies a suspicion. DIVERGED is the one alarm: equal clocks, other content.',
];

export function meshHelpLines(columns: number): Line[] {
  const keys = ROWS.flatMap(([key, words]) => {
    const rows = wrap(words, Math.max(10, columns - 16));
    return rows.map(
      (row, index): Line => [span(`  ${(index === 0 ? key : '').padEnd(12)}`, 'strong'), span(row)],
    );
  });
  const meanings = MEANINGS.flatMap((text) =>
    wrap(text, Math.max(10, columns - 4)).map((row): Line => [span(`  ${row}`, 'dim')]),
  );
  return [[], ...keys, [], ...meanings];
}
