import { peerId, shortId } from '@hearsay/core';
import { EXIT, type ExitCode } from '../command-line/failure.js';
import { formatDuration } from '../text/duration.js';
import { sanitiseLine } from '../text/sanitise.js';
import { type Column, tableRows } from '../view/table.js';
import { type CacheCommandOptions, checked, show } from './cache.js';
import { CacheClient } from './cache-client.js';

/** As the peer's own program tells it; what is not used here is left out. */
interface Stats {
  readonly keys: number;
  readonly tombstones: number;
  readonly memory: { readonly bytes: number; readonly bytesMax: number | null };
  readonly peers: readonly {
    readonly id: string;
    readonly state: string;
    readonly linked: boolean;
    readonly lacks: number;
    readonly lagMs?: number;
  }[];
  readonly vector: Readonly<Record<string, number>>;
  readonly heldBack: number;
  readonly repairing: boolean;
  readonly diverged: readonly number[];
  readonly logBytes: number;
  readonly diskFailure?: string;
  readonly stabilityAgeMs: number;
  readonly propagation: { readonly p50Ms: number; readonly p99Ms: number };
  readonly hits: number;
  readonly misses: number;
  readonly evictions: number;
  readonly expirations: number;
  readonly documents?: {
    readonly documents: number;
    readonly blank: number;
    readonly loaded: number;
    readonly bytes: number;
    readonly clients: number;
    readonly updatesPerSecond: number;
    readonly refused: Readonly<Record<string, number>>;
  };
}

interface Diagnosis {
  readonly ok: boolean;
  readonly peers: readonly {
    readonly id: string;
    readonly verdict: 'equal' | 'different' | 'writing' | 'silent' | 'unreachable';
    readonly partitions: readonly number[];
    readonly keys: readonly string[];
  }[];
  readonly stabilityAgeMs: number;
  readonly holdingBack: readonly {
    readonly id: string;
    readonly state: string;
    readonly lacks: number;
  }[];
}

const KIB = 1_024;

/** `hearsay cache stats`. */
export async function cacheStats(options: CacheCommandOptions): Promise<ExitCode> {
  const reply = checked(await new CacheClient(options).ask({ path: '/cache?stats' }));
  const stats = JSON.parse(reply.body.toString()) as Stats;
  return show(options, 'stats', stats, () => statsRows(stats));
}

interface DocumentPage {
  readonly entries: readonly {
    readonly key: string;
    readonly bytes: number | null;
    readonly users: number;
  }[];
  readonly cursor: number | null;
}

/** `hearsay cache docs [PREFIX]`: a page at a time. */
export async function cacheDocuments(
  prefix: string,
  options: CacheCommandOptions,
): Promise<ExitCode> {
  const client = new CacheClient(options);
  for (let cursor: number | null = 0; cursor !== null; ) {
    const query = new URLSearchParams({ documents: '', prefix, cursor: String(cursor) });
    const reply = checked(await client.ask({ path: `/cache?${query}` }));
    const page = JSON.parse(reply.body.toString()) as DocumentPage; // As the peer's own program writes it.
    for (const entry of page.entries) {
      const size = entry.bytes === null ? '-' : bytes(entry.bytes);
      show(options, 'document', entry, () => [
        `${size.padStart(10)} ${String(entry.users).padStart(5)}  ${sanitiseLine(entry.key)}`,
      ]);
    }
    cursor = page.cursor;
  }
  return EXIT.ok;
}

/** `hearsay cache doctor`: 4 when a member that lives holds something else, or does not answer. */
export async function cacheDoctor(options: CacheCommandOptions): Promise<ExitCode> {
  const reply = checked(await new CacheClient(options).ask({ path: '/cache?doctor' }));
  const diagnosis = JSON.parse(reply.body.toString()) as Diagnosis;
  show(options, 'doctor', diagnosis, () => doctorRows(diagnosis));
  return diagnosis.ok ? EXIT.ok : EXIT.notInSync;
}

function statsRows(stats: Stats): readonly string[] {
  const { memory, hits, misses, propagation, vector } = stats;
  const bound = memory.bytesMax === null ? '' : ` of ${bytes(memory.bytesMax)}`;
  const reads = hits + misses;
  const rate = reads === 0 ? 'no reads yet' : `${((100 * hits) / reads).toFixed(1)} % of ${reads}`;
  const writes = Object.values(vector).reduce((sum, each) => sum + each, 0);
  const facts: readonly (readonly [string, string])[] = [
    ['keys', count(stats.keys)],
    ['memory', `${bytes(memory.bytes)}${bound}, log ${bytes(stats.logBytes)}`],
    ['tombstones', count(stats.tombstones)],
    ['writes known', `${count(writes)} in ${Object.keys(vector).length} streams`],
    ['hits', rate],
    ['evictions', `${count(stats.evictions)}, expired ${count(stats.expirations)}`],
    [
      'propagation',
      `p50 ${propagation.p50Ms.toFixed(1)} ms, p99 ${propagation.p99Ms.toFixed(1)} ms`,
    ],
    ['stable', `all hold what was here ${formatDuration(stats.stabilityAgeMs)} ago`],
    ...documentFacts(stats),
    ...troubles(stats),
  ];
  const columns: readonly Column[] = [
    { title: 'PEER', align: 'left' },
    { title: 'STATE', align: 'left' },
    { title: 'LINK', align: 'left' },
    { title: 'BEHIND', align: 'right' },
    { title: 'LAG', align: 'right' },
  ];
  const members = stats.peers.map(({ id, state, linked, lacks, lagMs }) => [
    short(id),
    state,
    linked ? 'yes' : 'no',
    count(lacks),
    lagMs === undefined ? '-' : `${lagMs.toFixed(0)} ms`,
  ]);
  const rows = facts.map(([name, value]) => `${name.padEnd(14)}${value}`);
  return members.length === 0 ? rows : [...rows, '', ...tableRows(columns, members)];
}

function documentFacts({ documents }: Stats): (readonly [string, string])[] {
  if (documents === undefined) return [];
  const { loaded, clients, updatesPerSecond } = documents;
  const refused = Object.entries(documents.refused).filter(([, times]) => times > 0);
  const words = refused.map(([reason, times]) => `${reason} ${count(times)}`).join(', ');
  return [
    ['documents', `${count(documents.documents - documents.blank)}, ${loaded} in memory`],
    ['', `${bytes(documents.bytes)}, ${count(clients)} clients, ${updatesPerSecond} updates/s`],
    ...(words === '' ? [] : [['', `refused: ${words}`] as const]),
  ];
}

function troubles(stats: Stats): (readonly [string, string])[] {
  const { heldBack, repairing, diverged, diskFailure } = stats;
  return [
    ...(heldBack > 0 ? [['held back', `${heldBack} frames wait for a cause`] as const] : []),
    ...(repairing ? [['repairing', 'it takes over what others hold'] as const] : []),
    ...(diverged.length > 0
      ? [['DIVERGED', `${diverged.length} partitions; hearsay cache doctor tells more`] as const]
      : []),
    ...(diskFailure === undefined ? [] : [['DISK', sanitiseLine(diskFailure)] as const]),
  ];
}

const VERDICTS = {
  equal: 'holds the same',
  different: 'DIFFERS though it knows the same writes',
  writing: 'always had writes in flight; try again',
  silent: 'DID NOT ANSWER',
  unreachable: 'IS NOT LINKED',
} as const;

function doctorRows({ ok, peers, holdingBack, stabilityAgeMs }: Diagnosis): readonly string[] {
  const held = holdingBack.map(({ id, state, lacks }) => {
    return `  ${short(id)} (${state}) lacks ${count(lacks)}: deletions are remembered for it`;
  });
  return [
    ok
      ? `OK: ${peers.length} live ${peers.length === 1 ? 'peer holds' : 'peers hold'} the same`
      : 'NOT OK',
    ...peers.map(({ id, verdict }) => `  ${short(id)} ${VERDICTS[verdict]}`),
    ...peers.flatMap(({ partitions, keys }) => [
      ...(partitions.length === 0 ? [] : [`    partitions ${partitions.join(' ')}`]),
      ...keys.map((key) => `    key ${sanitiseLine(key)}`),
    ]),
    `stable: all hold what was here ${formatDuration(stabilityAgeMs)} ago`,
    ...held,
  ];
}

function short(id: string): string {
  return sanitiseLine(shortId(peerId(id)));
}

function count(value: number): string {
  return value.toLocaleString('en');
}

function bytes(value: number): string {
  if (value < KIB) return `${value} B`;
  if (value < KIB * KIB) return `${(value / KIB).toFixed(1)} KiB`;
  return `${(value / KIB / KIB).toFixed(1)} MiB`;
}
