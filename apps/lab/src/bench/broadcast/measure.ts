import { setTimeout as sleep } from 'node:timers/promises';
import type { Children } from '../../process/children.js';
import { greatest, least, median, quantile } from '../../stats.js';
import { Mesh } from './mesh.js';
import type { PublishedRecord, ReportRecord } from './protocol.js';

/** What one system gave at one size, once. */
export interface Measurement {
  readonly connectMs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly smallRate: number;
  readonly largeRate: number;
  /** After the trickle; the flood has its own. */
  readonly rssMB: number;
  readonly floodRssMB: number;
  /** Arrivals a delivered message. */
  readonly copies: number;
  /** Processor time of all peers for each message at each receiver, while flooded with small ones. */
  readonly cpuMicroseconds: number;
  /** Messages of the trickle, or published in a flood, that did not reach everybody in time. */
  readonly missing: number;
  readonly details: readonly Readonly<Record<string, number>>[];
}

export interface MeasureOptions {
  readonly children: Children;
  readonly moduleUrl: string;
  readonly size: number;
  readonly network: string;
  readonly nodeArgs: readonly string[];
  /** A flood that nobody measures, before the first that is. */
  readonly warmUpMs: number;
  readonly floodMs: number;
  /** Peers that publish in turn while latency is measured, and how many messages each. */
  readonly publishers: number;
  readonly messagesEach: number;
}

const smallBytes = 100;
const largeBytes = 1_024;
/** 25 messages a second. */
const intervalMs = 40;
/** Before the first message: two heartbeats of gossipsub, after which its mesh has formed. */
const settleMs = 2_000;
const warmUpMessages = 10;
/** A message not with everybody this long after the last was published is counted as missing. */
const drainMs = 5_000;
const pollMs = 100;

export async function measureSystem(options: MeasureOptions): Promise<Measurement> {
  const mesh = new Mesh(options);
  const connectMs = await mesh.connect();
  await sleep(settleMs);
  for (let index = 0; index < options.size; index += 1) {
    await trickleOnce(mesh, index, warmUpMessages, 5);
  }
  const latency = await measureLatency(mesh, options);
  // Two seconds of eight processes on two cores are a quarter of a second each: without this, most of
  // what is measured is how long it takes to compile.
  await measureFlood(mesh, smallBytes, options.warmUpMs);
  const small = await measureFlood(mesh, smallBytes, options.floodMs);
  const large = await measureFlood(mesh, largeBytes, options.floodMs);
  if (options.nodeArgs.length > 0) await mesh.endFirst();
  const last = large.reports;
  const sum = (pick: (report: ReportRecord) => number) =>
    last.reduce((total, report) => total + pick(report), 0);
  return {
    connectMs,
    p50Ms: quantile(latency.agesMs, 0.5),
    p99Ms: quantile(latency.agesMs, 0.99),
    smallRate: small.rate,
    largeRate: large.rate,
    rssMB: median(latency.reports.map(({ rssBytes }) => rssBytes)) / 2 ** 20,
    floodRssMB: greatest(last.map(({ rssBytes }) => rssBytes)) / 2 ** 20,
    copies: sum(({ copies }) => copies) / sum(({ delivered }) => delivered),
    cpuMicroseconds: cpuPerDelivery(latency.reports, small.reports),
    missing: latency.missing + small.missing + large.missing,
    details: last.map(({ details }) => details),
  };
}

/** One publisher at a time; returns the phase. */
async function trickleOnce(
  mesh: Mesh,
  index: number,
  messages: number,
  everyMs: number,
): Promise<number> {
  const phase = mesh.nextPhase();
  await mesh.publishOne(index, {
    do: 'trickle',
    phase,
    messages,
    intervalMs: everyMs,
    bytes: smallBytes,
  });
  return phase;
}

async function measureLatency(mesh: Mesh, { publishers, messagesEach }: MeasureOptions) {
  const agesMs: number[] = [];
  let reports: readonly ReportRecord[] = [];
  let missing = 0;
  const count = Math.min(publishers, mesh.size);
  for (let turn = 0; turn < count; turn += 1) {
    const origin = Math.floor((turn * mesh.size) / count);
    const phase = await trickleOnce(mesh, origin, messagesEach, intervalMs);
    reports = await drain(mesh, phase, new Map([[origin, messagesEach]]), true);
    agesMs.push(...reports.flatMap((report) => report.agesMs));
    missing += messagesEach - reachedAll(reports, origin);
  }
  return { agesMs, reports, missing };
}

/** All publish at once; the clock stops when the last message has reached the last peer. */
async function measureFlood(mesh: Mesh, bytes: number, forMs: number) {
  const phase = mesh.nextPhase();
  const published = await mesh.publishAll({ do: 'flood', phase, bytes, forMs });
  const wanted = new Map(published.map(({ messages }, origin) => [origin, messages]));
  const reports = await drain(mesh, phase, wanted, false);
  const reached = published.map((_, origin) => reachedAll(reports, origin));
  const total = reached.reduce((sum, messages) => sum + messages, 0);
  const sent = published.reduce((sum, { messages }) => sum + messages, 0);
  return { rate: total / (elapsedMs(published, reports) / 1_000), reports, missing: sent - total };
}

function elapsedMs(
  published: readonly PublishedRecord[],
  reports: readonly ReportRecord[],
): number {
  const startedAtMs = least(published.map((record) => record.startedAtMs));
  return greatest(reports.map(({ lastAtMs }) => lastAtMs)) - startedAtMs;
}

/** Waits until all have what was published, as long as it pays. */
async function drain(
  mesh: Mesh,
  phase: number,
  wanted: ReadonlyMap<number, number>,
  ages: boolean,
): Promise<readonly ReportRecord[]> {
  const untilMs = performance.now() + drainMs;
  for (;;) {
    const reports = await mesh.reports(phase, ages);
    const done = [...wanted].every(([origin, messages]) => reachedAll(reports, origin) >= messages);
    if (done || performance.now() > untilMs) return reports;
    await sleep(pollMs);
  }
}

/** How many messages of one origin every other peer has. */
function reachedAll(reports: readonly ReportRecord[], origin: number): number {
  return least(
    reports.filter((_, index) => index !== origin).map(({ received }) => received[origin] ?? 0),
  );
}

function cpuPerDelivery(before: readonly ReportRecord[], after: readonly ReportRecord[]): number {
  const growth = (pick: (report: ReportRecord) => number) =>
    after.reduce((total, report) => total + pick(report), 0) -
    before.reduce((total, report) => total + pick(report), 0);
  return (growth(({ cpuMs }) => cpuMs) * 1_000) / growth(({ delivered }) => delivered);
}
