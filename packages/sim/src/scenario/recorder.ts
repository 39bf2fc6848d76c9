import { formatMessageId, type Message, type MessageId } from '@hearsay/core';
import type { Watch } from '../options.js';
import type { Chart } from '../plot/line-chart.js';
import type { Simulation } from '../simulation.js';
import { count, type Measure, milliseconds } from './scenario.js';

interface Sample {
  readonly seconds: number;
  readonly running: number;
  /** Of those that run, on average, how many they hold to be alive, themselves included. */
  readonly seenAlive: number;
  /** The most messages that a running peer lacks of what any other delivered. */
  readonly behind: number;
  /** What all peers sent so far. */
  readonly bytesOut: number;
}

const MS_PER_SECOND = 1_000;
const SAMPLES = 240;
const PERCENT = 100;

/** Measures a run from outside: how long messages took, who saw whom, what it cost. */
export class Recorder implements Watch {
  readonly #publishedMs = new Map<string, number>();
  readonly #latenciesMs: number[] = [];
  readonly #samples: Sample[] = [];
  readonly #startedMs = new Map<string, number>();
  #bytesOfEnded = 0;
  #messages = 0;

  published(_node: string, id: MessageId, atMs: number): void {
    this.#messages += 1;
    this.#publishedMs.set(formatMessageId(id), atMs);
  }

  /** A peer that starts later is brought up to date; that is no latency. */
  started(node: string, atMs: number): void {
    this.#startedMs.set(node, atMs);
  }

  delivered(node: string, messages: readonly Message[], atMs: number): void {
    const startedMs = this.#startedMs.get(node) ?? 0;
    for (const { id } of messages) {
      const publishedMs = this.#publishedMs.get(formatMessageId(id));
      if (publishedMs === undefined || publishedMs < startedMs) continue;
      this.#latenciesMs.push(atMs - publishedMs);
    }
  }

  /** Takes samples of a run until it is this old, evenly. */
  record(sim: Simulation, untilMs: number): void {
    const everyMs = Math.max(1, (untilMs - sim.nowMs) / SAMPLES);
    const again = (): void => {
      this.#sample(sim);
      if (sim.nowMs + everyMs <= untilMs) sim.timeline.afterMs(everyMs, again);
    };
    again();
  }

  /** What a process that ends now has sent counts too. */
  ending(bytesOut: number): void {
    this.#bytesOfEnded += bytesOut;
  }

  measures(): Measure[] {
    const sorted = this.#latenciesMs.toSorted((left, right) => left - right);
    const at = (percent: number): number =>
      sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / PERCENT))] ?? 0;
    return [
      count('messages', this.#messages),
      milliseconds('from one peer to another, median', at(50)),
      milliseconds('from one peer to another, 99 of 100', at(99)),
      milliseconds('from one peer to another, worst', at(PERCENT)),
      { what: 'sent by a peer, on average', value: this.#bytesPerSecond(), unit: 'B/s' },
    ];
  }

  charts(title: string, subtitle: string): readonly Chart[] {
    const of = (pick: (sample: Sample) => number): (readonly [number, number])[] =>
      this.#samples.map((sample) => [sample.seconds, pick(sample)] as const);
    const xLabel = 'seconds of virtual time';
    return [
      {
        title,
        subtitle,
        xLabel,
        yLabel: 'peers',
        series: [
          { name: 'running', points: of(({ running }) => running) },
          { name: 'seen alive (mean)', points: of(({ seenAlive }) => seenAlive) },
        ],
      },
      {
        title: 'How far the one furthest behind is',
        xLabel,
        yLabel: 'messages',
        series: [{ name: 'behind', points: of(({ behind }) => behind) }],
      },
      {
        title: 'What a running peer sends',
        xLabel,
        yLabel: 'bytes a second',
        series: [{ name: 'sent', points: this.#rates() }],
      },
    ];
  }

  #sample(sim: Simulation): void {
    const { live } = sim;
    const seen = live.map(
      (node) => live.filter((other) => node.sees(other) === 'alive').length + 1,
    );
    const running = live.length;
    const sum = seen.reduce((total, one) => total + one, 0);
    this.#samples.push({
      seconds: sim.nowMs / MS_PER_SECOND,
      running,
      seenAlive: running === 0 ? 0 : sum / running,
      behind: behindOf(sim),
      bytesOut: this.#bytesOfEnded + bytesOutOf(sim),
    });
  }

  #rates(): (readonly [number, number])[] {
    return this.#samples.slice(1).map((sample, index) => {
      const before = this.#samples[index] ?? sample;
      const peerSeconds = (sample.seconds - before.seconds) * Math.max(1, sample.running);
      const bytes = Math.max(0, sample.bytesOut - before.bytesOut);
      return [sample.seconds, peerSeconds > 0 ? bytes / peerSeconds : 0] as const;
    });
  }

  #bytesPerSecond(): number {
    const rates = this.#rates().map(([, rate]) => rate);
    return rates.reduce((total, rate) => total + rate, 0) / Math.max(1, rates.length);
  }
}

function bytesOutOf(sim: Simulation): number {
  let bytes = 0;
  for (const { run } of sim.nodes) bytes += run?.engine.counters().bytesOut ?? 0;
  return bytes;
}

function behindOf(sim: Simulation): number {
  const { delivery } = sim.judge;
  let worst = 0;
  const lacks = sim.live.map(() => 0);
  for (const stream of delivery.streams()) {
    const prefixes = sim.live.map(({ run }) =>
      run === undefined ? 0 : delivery.prefixOf(run, stream),
    );
    const most = Math.max(0, ...prefixes);
    for (const [index, prefix] of prefixes.entries()) {
      lacks[index] = (lacks[index] ?? 0) + most - prefix;
    }
  }
  for (const lack of lacks) worst = Math.max(worst, lack);
  return worst;
}
