import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { clockMs } from '../../clock.js';
import type { Narrator } from '../../output/narrator.js';
import { formatMs, formatTable } from '../../output/table.js';
import { greatest, median } from '../../stats.js';
import { describeMachine } from '../machine.js';
import { copyLog, fill, networkIn } from './fill.js';
import { measureRestart, type Restart } from './restart.js';

export interface DiskBenchOptions {
  readonly narrator: Narrator;
  readonly chatFile: string;
  /** Messages on disk, a row each. */
  readonly sizes: readonly number[];
  readonly repeats: number;
}

interface Row {
  readonly messages: number;
  readonly fillMs: number;
  readonly starts: readonly Restart[];
}

interface Goal {
  readonly name: string;
  readonly messages: number;
  readonly most: number;
  readonly read: (start: Restart) => number;
  readonly format: (value: number) => string;
}

const MIB = 1_048_576;
const formatMib = (bytes: number): string => `${Math.round(bytes / MIB)} MB`;

const goals: readonly Goal[] = [
  {
    name: 'first screen',
    messages: 100_000,
    most: 1_000,
    read: ({ screenMs }) => screenMs,
    format: formatMs,
  },
  {
    name: 'in sync with a live peer',
    messages: 100_000,
    most: 2_000,
    read: ({ inSyncMs }) => inSyncMs,
    format: formatMs,
  },
  {
    name: 'RSS',
    messages: 1_000_000,
    most: 150 * MIB,
    read: ({ rssBytes }) => rssBytes,
    format: formatMib,
  },
];

/** Fills logs on disk, starts the chat program on them, and prints what that takes. */
export async function benchDisk(options: DiskBenchOptions): Promise<void> {
  const { narrator, sizes } = options;
  narrator.step('machine', describeMachine());
  const rows: Row[] = [];
  for (const messages of sizes) rows.push(await measure(options, messages));
  const met = goals.flatMap((goal) => judge(goal, rows));
  const columns = ['goal', 'messages', 'wanted', 'median', 'worst', 'met'].map((title, index) => {
    return index > 0 && index < 5 ? { title, align: 'right' as const } : { title };
  });
  const text = [report(rows), formatTable(columns, met)].join('\n\n');
  narrator.result(`\n${text}`, { rows, goals: met });
}

async function measure(
  { narrator, chatFile, repeats }: DiskBenchOptions,
  messages: number,
): Promise<Row> {
  const base = await mkdtemp(path.join(tmpdir(), `hearsay-disk-${process.pid}-`));
  try {
    const network = await networkIn(base);
    const bob = { network, nick: 'bob' };
    const startedMs = clockMs();
    await fill({ network, nick: 'ana' }, messages);
    const fillMs = clockMs() - startedMs;
    narrator.step('filled', `${messages} messages in ${formatMs(fillMs)}`);
    await copyLog({ network, nick: 'ana' }, bob);
    const starts: Restart[] = [];
    for (let repeat = 0; repeat < repeats; repeat++) {
      const start = await measureRestart({ chatFile, base, bob, messages });
      const { screenMs, inSyncMs, rssBytes } = start;
      const times = `screen ${formatMs(screenMs)}, in sync ${formatMs(inSyncMs)}`;
      narrator.step('started', `${times}, RSS ${formatMib(rssBytes)}`);
      starts.push(start);
    }
    return { messages, fillMs, starts };
  } finally {
    await rm(base, { recursive: true, force: true });
  }
}

function report(rows: readonly Row[]): string {
  const columns = ['messages', 'appended/s', 'first screen', 'in sync', 'RSS'];
  return formatTable(
    columns.map((title) => ({ title, align: 'right' })),
    rows.map(({ messages, fillMs, starts }) => [
      messages.toLocaleString('en'),
      Math.round((1_000 * messages) / fillMs).toLocaleString('en'),
      formatMs(median(starts.map(({ screenMs }) => screenMs))),
      formatMs(median(starts.map(({ inSyncMs }) => inSyncMs))),
      formatMib(median(starts.map(({ rssBytes }) => rssBytes))),
    ]),
  );
}

function judge({ name, messages, most, read, format }: Goal, rows: readonly Row[]): string[][] {
  const row = rows.find((each) => each.messages === messages);
  if (row === undefined) return [];
  const values = row.starts.map(read);
  const met = median(values) <= most ? 'yes' : 'NO';
  const numbers = [most, median(values), greatest(values)].map((value) => format(value));
  return [[name, messages.toLocaleString('en'), `< ${numbers[0] ?? ''}`, ...numbers.slice(1), met]];
}
