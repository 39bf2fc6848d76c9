import { setTimeout as sleep } from 'node:timers/promises';
import { clockMs } from '../../clock.js';
import { greatest, median, quantile } from '../../stats.js';
import type { Crowd } from './crowd.js';

/** How all came to know all. */
export interface Joined {
  /** From the first start until the last peer listened. */
  readonly startsMs: number;
  /** Peers whose list is complete. */
  readonly complete: number;
  /** From then until the last list was complete; Infinity when one never was. */
  readonly listsMs: number;
}

/** How messages of some reached the others. */
export interface Spread {
  readonly published: number;
  readonly expected: number;
  readonly delivered: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** What it costs to be there, a peer. */
export interface Rest {
  readonly linksMedian: number;
  readonly linksMost: number;
  /** Sent, before it is sealed. */
  readonly bytesPerSecond: number;
  /** Of one core. */
  readonly processorPercent: number;
  readonly residentBytes: number;
}

/** How the living came to know of the dead. */
export interface Killed {
  readonly victims: number;
  readonly survivors: number;
  /** Survivors that know of all the dead. */
  readonly informed: number;
  /** Until half of the survivors knew of all. */
  readonly medianMs: number;
  /** Until the last one did; Infinity when one never did. */
  readonly allMs: number;
  /** Survivors that took themselves for isolated meanwhile. */
  readonly isolated: number;
  /** Used by all survivors meanwhile. */
  readonly processorMs: number;
}

/** Boots on a busy machine take their time. */
const bootTimeoutMs = 120_000;
/** A death that is not known to all by then counts as never known. */
const deathTimeoutMs = 60_000;
const senders = 10;
const messages = 100;
const intervalMs = 50;
const messageBytes = 100;
/** Sync repairs what a broadcast lost within this time. */
const arrivalTimeoutMs = 15_000;
/** Between two counts of what arrived. */
const countEveryMs = 1_000;

/** One peer after the other starts, each in the next process, and all join through the first. */
export async function joinAll(crowd: Crowd, count: number, everyMs: number): Promise<Joined> {
  const startedAtMs = clockMs();
  const seeds: string[] = [];
  for (const host of turns(crowd.hosts, count)) {
    const peer = crowd.start(host, seeds);
    if (seeds.length === 0) {
      const { port } = await crowd.until('the first peer listens', bootTimeoutMs, () => peer.ready);
      seeds.push(`127.0.0.1:${port}`);
    }
    await sleep(everyMs);
  }
  const listened = await crowd.until('every peer listens', bootTimeoutMs, () => {
    const times = crowd.peers.flatMap(({ ready }) => (ready === undefined ? [] : [ready.atMs]));
    return times.length === count ? times : undefined;
  });
  const listenedAtMs = greatest(listened);
  const ids = crowd.peers.map(({ id }) => id);
  const seen = await crowd.seen(ids, 'alive', bootTimeoutMs);
  const isWhole = seen.length === count;
  return {
    startsMs: listenedAtMs - startedAtMs,
    complete: seen.length,
    listsMs: isWhole ? Math.max(0, greatest(seen) - listenedAtMs) : Number.POSITIVE_INFINITY,
  };
}

/** Nobody says anything: links that are not needed go, and the rest is counted. */
export async function rest(crowd: Crowd, calmMs: number): Promise<Rest> {
  await sleep(calmMs);
  const before = await crowd.usage();
  await sleep(calmMs);
  const after = await crowd.usage();
  const peers = crowd.peers.length;
  return {
    linksMedian: median(after.links),
    linksMost: greatest(after.links),
    bytesPerSecond: (1_000 * (after.bytesOut - before.bytesOut)) / calmMs / peers,
    processorPercent: (100 * (after.processorMs - before.processorMs)) / calmMs / peers,
    residentBytes: after.residentBytes / peers,
  };
}

/** Some of all processes speak in turn, twenty messages a second. */
export async function talk(crowd: Crowd): Promise<Spread> {
  const step = Math.max(1, Math.floor(crowd.peers.length / senders));
  const speakers = crowd.peers.filter((_, index) => index % step === 0).slice(0, senders);
  for (const { host, label } of turns(speakers, messages)) {
    host.send({ do: 'publish', label, bytes: messageBytes });
    await sleep(intervalMs);
  }
  const expected = messages * (crowd.peers.length - 1);
  const agesMs: number[] = [];
  for (let waitedMs = 0; waitedMs < arrivalTimeoutMs; waitedMs += countEveryMs) {
    await sleep(countEveryMs);
    agesMs.push(...(await crowd.ages()).flat());
    if (agesMs.length >= expected) break;
  }
  return {
    published: messages,
    expected,
    delivered: agesMs.length,
    p50Ms: quantile(agesMs, 0.5),
    p99Ms: quantile(agesMs, 0.99),
    maxMs: greatest(agesMs),
  };
}

/** Half of the processes are killed at once, the one through which all joined among them. */
export async function killHalf(crowd: Crowd): Promise<Killed> {
  const doomed = crowd.hosts.slice(0, Math.floor(crowd.hosts.length / 2));
  const spared = crowd.hosts.slice(doomed.length);
  const before = await crowd.usage(spared);
  const sinceMs = clockMs();
  const victims = crowd.kill(doomed).map(({ id }) => id);
  const seen = await crowd.seen(victims, 'dead', deathTimeoutMs);
  const after = await crowd.usage(spared);
  const took = seen.map((atMs) => atMs - sinceMs);
  const survivors = crowd.peers.length;
  return {
    victims: victims.length,
    survivors,
    informed: seen.length,
    medianMs: median(took),
    allMs: seen.length === survivors ? greatest(took) : Number.POSITIVE_INFINITY,
    isolated: crowd.peers.filter(({ isolations }) => isolations > 0).length,
    processorMs: after.processorMs - before.processorMs,
  };
}

/** The elements of a list again and again. */
function* turns<T>(list: readonly T[], count: number): Generator<T> {
  for (let turn = 0; turn < count; turn += 1) {
    const element = list[turn % list.length];
    if (element !== undefined) yield element;
  }
}
