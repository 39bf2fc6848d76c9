import { LIMITS, type Measured } from './measure.js';

const COLUMNS: readonly (readonly [title: string, width: number])[] = [
  ['profile', 10],
  ['network', 18],
  ['messages/op', 13],
  ['median, ms', 12],
  ['max, ms', 9],
  ['lost', 6],
  ['limits', 30],
  ['', 8],
];

/** For a terminal. */
export function tableOf(measured: readonly Measured[]): string {
  const rows = [COLUMNS.map(([title]) => title), ...measured.map(cellsOf)];
  return rows
    .map(
      (cells) =>
        `${cells
          .map((cell, index) => cell.padEnd(COLUMNS[index]?.[1] ?? 0))
          .join('')
          .trimEnd()}\n`,
    )
    .join('');
}

/** For docs/. */
export function pageOf(
  measured: readonly Measured[],
  { nodes, seconds }: { readonly nodes: number; readonly seconds: number },
): string {
  return `# Broadcast as Maelstrom measures it

This page is written by \`npm run maelstrom -- measure --page docs/experiments/maelstrom.md\`.

[Maelstrom](https://github.com/jepsen-io/maelstrom) runs on a Java machine, and **these figures are not
Maelstrom's**: they come from our own harness (\`apps/maelstrom/src/harness\`), which plays its network in
virtual time. ${nodes} nodes, 100 ms one way between two nodes, none to clients; 100 requests a second for
${seconds} s (longer under partition), half of them reads, at random nodes; ten seconds to recover. Partitions
split the nodes at random for ten seconds of every twenty, and what meets one is lost. Every message goes
through the text that Maelstrom would send, and the code that would read it.

- _messages/op_: messages between nodes, for each request of a client, reads too; all of the run is counted,
  the forming of the mesh, probes and repair included.
- _median, max_: from the acknowledgement of a value until every node shows it in a read; each node is read
  every 20 ms besides. Maelstrom counts from the acknowledgement to the last read that missed it, which is
  never more.
- _lost_: values acknowledged that some node never showed.

The limits are those of the challenges ${LIMITS.fast.challenge} and ${LIMITS.thrifty.challenge} of
[Gossip Glomers](https://fly.io/dist-sys/). They hold for a network without faults; under partition nothing
may be lost. Repair is on in all of them: it is one build, and a profile is an option at its start.

${markdownTable([COLUMNS.map(([title]) => title), ...measured.map(cellsOf)])}

[apps/maelstrom](../../apps/maelstrom/README.md) says how to run the real one.
`;
}

/** Aligned, as the formatter of this repository has it. */
function markdownTable(rows: readonly (readonly string[])[]): string {
  const [titles = [], ...rest] = rows;
  const widths = titles.map((_, index) =>
    Math.max(3, ...rows.map((row) => row[index]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join(' | ')} |`;
  return [line(titles), line(widths.map((width) => '-'.repeat(width))), ...rest.map(line)].join(
    '\n',
  );
}

function cellsOf({ profile, partitions, outcome, held }: Measured): readonly string[] {
  const { messagesPerOperation, medianMs, maxMs, lost } = outcome;
  const limits = LIMITS[profile];
  const asked = `< ${limits.messagesPerOperation}, < ${limits.medianMs} ms, < ${limits.maxMs} ms`;
  return [
    profile,
    partitions ? 'partitioned' : 'without faults',
    messagesPerOperation.toFixed(1),
    String(Math.round(medianMs)),
    String(Math.round(maxMs)),
    String(lost),
    partitions ? '0 lost' : asked,
    held ? 'held' : 'MISSED',
  ];
}
