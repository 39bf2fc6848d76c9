import { createRequire } from 'node:module';
import type { MemberState } from '@hearsay/core';
import type * as Library from 'prom-client';
import type { Registry } from 'prom-client';
import type { PeerMember } from '../api.js';
import type { LabelledValue, Measure } from './measure.js';

/** What is measured, read at each scrape. */
export interface Readings {
  counters(): Readonly<Record<string, number>>;
  members(): readonly PeerMember[];
  /** Kept in the log, and waiting for their causes. */
  messages(): { readonly kept: number; readonly heldBack: number };
  isolated(): boolean;
  /** Bytes that wait on links. */
  queueBytes(): number;
  loopDelayMs(): number;
  info(): Readonly<Record<string, string>>;
}

const STATES: readonly MemberState[] = ['joining', 'alive', 'suspect', 'dead', 'left'];
const MS_PER_SECOND = 1_000;
const US_PER_SECOND = 1_000_000;

/** The library, which few peers need: required at the first scrape (70 ms of CPU). */
function loadLibrary(): typeof Library {
  return createRequire(import.meta.url)('prom-client') as typeof Library; // The same module, typed.
}

/** Makes the registry of a peer. What it tells is read when it is scraped, and costs nothing before. */
export function createMetrics(readings: Readings): Registry {
  const library = loadLibrary();
  const registry = new library.Registry();
  const registers = [registry];
  const gauge = (name: string, help: string, read: () => number): void => {
    new library.Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  };
  addCounters(library, registry, readings);
  addMembers(library, registry, readings);
  addProcess(library, registry);
  gauge('hearsay_links', 'Open links.', () => {
    return readings.members().filter(({ link }) => link !== 'none').length;
  });
  gauge('hearsay_isolated', '1 while most links broke at once.', () => Number(readings.isolated()));
  gauge('hearsay_messages', 'Messages kept.', () => readings.messages().kept);
  gauge('hearsay_messages_held_back', 'Batches that wait for their causes.', () => {
    return readings.messages().heldBack;
  });
  gauge('hearsay_queue_bytes', 'Bytes that wait on links.', () => readings.queueBytes());
  gauge('hearsay_loop_delay_seconds', 'Longest delay of the event loop lately.', () => {
    return readings.loopDelayMs() / MS_PER_SECOND;
  });
  const info = readings.info();
  new library.Gauge({
    name: 'hearsay_info',
    help: 'Who this is; always 1.',
    labelNames: Object.keys(info),
    registers,
  }).set(info, 1);
  return registry;
}

/** Adds a measure of an application. @throws Error of the library for a name that is taken or none */
export function addMeasure(registry: Registry, measure: Measure): void {
  const library = loadLibrary();
  const { name, help, kind, labels = [], read } = measure;
  const base = { name, help, labelNames: [...labels], registers: [registry] };
  if (kind === 'gauge') {
    new library.Gauge({
      ...base,
      collect() {
        this.reset(); // Those that are gone are told no longer.
        for (const each of valuesOf(read())) this.set({ ...each.labels }, each.value);
      },
    });
    return;
  }
  new library.Counter({
    ...base,
    collect() {
      this.reset();
      for (const each of valuesOf(read())) this.inc({ ...each.labels }, each.value);
    },
  });
}

function valuesOf(values: number | readonly LabelledValue[]): readonly LabelledValue[] {
  return typeof values === 'number' ? [{ labels: {}, value: values }] : values;
}

/** Every running total of the peer, under its own name. */
function addCounters(library: typeof Library, registry: Registry, readings: Readings): void {
  for (const name of Object.keys(readings.counters())) {
    const words = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    new library.Counter({
      name: `hearsay_${words}_total`,
      help: `Total of ${name}.`,
      registers: [registry],
      collect() {
        this.reset();
        this.inc(readings.counters()[name] ?? 0);
      },
    });
  }
}

function addMembers(library: typeof Library, registry: Registry, readings: Readings): void {
  const registers = [registry];
  new library.Gauge({
    name: 'hearsay_members',
    help: 'Known members by state, this peer included.',
    labelNames: ['state'],
    registers,
    collect() {
      for (const state of STATES) {
        const there = readings.members().filter((member) => member.state === state);
        this.set({ state }, there.length);
      }
    },
  });
  const perPeer = (
    name: string,
    help: string,
    read: (member: PeerMember) => number | undefined,
  ): void => {
    new library.Gauge({
      name,
      help,
      labelNames: ['peer', 'nick'],
      registers,
      collect() {
        this.reset(); // Those that are gone are told no longer.
        for (const member of readings.members()) {
          const value = member.self || member.state !== 'alive' ? undefined : read(member);
          if (value !== undefined) this.set({ peer: member.id, nick: member.nick }, value);
        }
      },
    });
  };
  perPeer('hearsay_member_rtt_seconds', 'Round trip of the last answered probe.', ({ rttMs }) => {
    return rttMs === undefined ? undefined : rttMs / MS_PER_SECOND;
  });
  perPeer('hearsay_member_lacks_messages', 'Messages of ours that a member lacks.', ({ lacks }) => {
    return lacks;
  });
  perPeer(
    'hearsay_member_ahead_messages',
    'Messages that a member holds and we lack.',
    (member) => {
      return member.ahead;
    },
  );
}

/** Under the names that every client of Prometheus gives them. */
function addProcess(library: typeof Library, registry: Registry): void {
  const registers = [registry];
  new library.Counter({
    name: 'process_cpu_seconds_total',
    help: 'Processor time used.',
    registers,
    collect() {
      const { user, system } = process.cpuUsage();
      this.reset();
      this.inc((user + system) / US_PER_SECOND);
    },
  });
  new library.Gauge({
    name: 'process_resident_memory_bytes',
    help: 'Memory that the system gave this process.',
    registers,
    collect() {
      this.set(process.memoryUsage.rss());
    },
  });
  new library.Gauge({
    name: 'nodejs_heap_size_used_bytes',
    help: 'Heap in use.',
    registers,
    collect() {
      this.set(process.memoryUsage().heapUsed);
    },
  });
  const startedSeconds = Date.now() / MS_PER_SECOND - process.uptime();
  new library.Gauge({
    name: 'process_start_time_seconds',
    help: 'When this process began, since 1970.',
    registers,
  }).set(startedSeconds);
}
