import { LabError } from '../../errors.js';
import { cpuTimeMs } from '../../process/cpu-time.js';
import { quantile } from '../../stats.js';
import { Editors } from './editors.js';
import type { DocumentServer } from './servers.js';

/** What one run of editors at one server gave. */
export interface YjsRun {
  readonly label: string;
  readonly deliveries: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Share of one core that the server, or all peers, took. */
  readonly cpuPercent: number | undefined;
}

/** How the editors write. */
export interface Load {
  readonly editors: number;
  /** Edits a second of each. */
  readonly rate: number;
  readonly durationMs: number;
}

const DRAIN_MS = 20_000;
const LOOK_MS = 10;

/** Lets editors write to one document, one after the other in even steps, and waits for the last edit. */
export async function measureRun(server: DocumentServer, key: string, load: Load): Promise<YjsRun> {
  const editors = await Editors.open(server.urls, key, load.editors);
  try {
    const startedMs = performance.now();
    const cpuBefore = cpuOf(server);
    await write(editors, load);
    await drain(editors, server);
    const tookMs = performance.now() - startedMs;
    const cpuAfter = cpuOf(server);
    const cpu =
      cpuBefore === undefined || cpuAfter === undefined
        ? undefined
        : (100 * (cpuAfter - cpuBefore)) / tookMs;
    return {
      label: server.label,
      deliveries: editors.latenciesMs.length,
      p50Ms: quantile(editors.latenciesMs, 0.5),
      p99Ms: quantile(editors.latenciesMs, 0.99),
      cpuPercent: cpu,
    };
  } finally {
    editors.close();
  }
}

async function write(editors: Editors, { rate, durationMs }: Load): Promise<void> {
  const perSecond = rate * editors.size;
  const total = Math.round((perSecond * durationMs) / 1_000);
  const startedMs = performance.now();
  while (editors.edits < total) {
    const dueByNow = ((performance.now() - startedMs) * perSecond) / 1_000;
    while (editors.edits < Math.min(total, dueByNow)) editors.edit(editors.edits % editors.size);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

async function drain(editors: Editors, { label }: DocumentServer): Promise<void> {
  const endMs = performance.now() + DRAIN_MS;
  while (editors.latenciesMs.length < editors.expected) {
    if (performance.now() > endMs) {
      const { length } = editors.latenciesMs;
      const what = `${length} of ${editors.expected} deliveries through ${label}`;
      throw new LabError('timeout', `${what} within ${DRAIN_MS} ms`);
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

function cpuOf({ children }: DocumentServer): number | undefined {
  let total = 0;
  for (const { processId } of children) {
    const ms = processId === undefined ? undefined : cpuTimeMs(processId);
    if (ms === undefined) return undefined;
    total += ms;
  }
  return total;
}
