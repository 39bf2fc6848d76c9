import { createSimulation, type Simulation } from '../simulation.js';
import type { Experiment, Report } from './experiment.js';
import { median } from './experiment.js';

const PEERS = 10;
const SEEDS: readonly string[] = ['1', '2', '3', '4', '5'];
const CUTS_S: readonly number[] = [1, 3, 10, 30, 100, 300];
const MESSAGES: readonly number[] = [0, 100, 1_000];
/** Links outlive a cut up to this, and break in a longer one: they are given up after 7.5 s of silence. */
const SHORT_S = 3;
const LONG_S = 30;
const PAYLOAD_BYTES = 200;
const MS = 1_000;
const FORM_BOUND_MS = 30_000;
const CONVERGE_BOUND_MS = 60_000;
const SETTLE_MS = 5_000;
/** What is said comes in so many bursts, so that each length of a cut has the same number of messages. */
const BURSTS = 20;

interface Outcome {
  readonly cutS: number;
  readonly messages: number;
  readonly medianMs: number;
  readonly worstMs: number;
}

/** How long until all agree again after a cut. */
export const partition: Experiment = {
  name: 'partition',
  summary: 'time until all agree after a partition, by its length and what was said meanwhile',
  run(progress): Report {
    const outcomes = MESSAGES.flatMap((messages) =>
      CUTS_S.map((cutS) => {
        const times = SEEDS.map((seed) => measure(seed, cutS, messages));
        const outcome = { cutS, messages, medianMs: median(times), worstMs: Math.max(...times) };
        progress(`cut of ${cutS} s, ${messages} messages: ${Math.round(outcome.medianMs)} ms`);
        return outcome;
      }),
    );
    return report(outcomes);
  },
};

function measure(seed: string, cutS: number, messages: number): number {
  const sim = createSimulation({
    seed: `partition/${seed}`,
    scenario: 'partition',
    replay: 'npm run sim -- experiment partition',
    checkEvery: 1_000,
  });
  sim.start(PEERS, { staggerMs: 5 });
  sim.converge(FORM_BOUND_MS);
  sim.run(SETTLE_MS);
  const half = PEERS / 2;
  sim.cut(sim.nodes.slice(0, half), sim.nodes.slice(half), { mode: 'lose' });
  for (let burst = 0; burst < BURSTS; burst += 1) {
    say(sim, messages / BURSTS, burst);
    sim.run((cutS * MS) / BURSTS);
  }
  sim.heal();
  return sim.converge(CONVERGE_BOUND_MS, 10);
}

function say(sim: Simulation, messages: number, burst: number): void {
  for (let count = 0; count < messages; count += 1) {
    const speaker = sim.nodes[(burst + count) % PEERS];
    speaker?.publish(new Uint8Array(PAYLOAD_BYTES));
  }
}

function report(outcomes: readonly Outcome[]): Report {
  const rows = outcomes.map(({ cutS, messages, medianMs, worstMs }) => [
    String(cutS),
    String(messages),
    (medianMs / MS).toFixed(2),
    (worstMs / MS).toFixed(2),
  ]);
  const among = (isOne: (cutS: number) => boolean): string => {
    const worst = outcomes.filter(({ cutS }) => isOne(cutS)).map(({ worstMs }) => worstMs);
    return (Math.max(...worst) / MS).toFixed(1);
  };
  return {
    title: 'Until all agree after a partition',
    method: [
      `${PEERS} peers on a quiet local network; the two halves cannot hear each other for a while (what is sent is lost), and both go on talking: so many messages of ${PAYLOAD_BYTES} bytes in all, evenly over the cut. Then it heals. Agreement means: everyone sees everyone alive over exactly one link, all messages are everywhere and known to be, and all state hashes are equal. Median and worst of ${SEEDS.length} seeds.`,
    ],
    tables: [{ columns: ['cut, s', 'messages', 'median, s', 'worst, s'], rows }],
    findings: [
      `After cuts of at most ${SHORT_S} s all agree within ${among((cutS) => cutS <= SHORT_S)} s (worst of all runs), after cuts of ${LONG_S} s and more within ${among((cutS) => cutS >= LONG_S)} s. A short cut is not noticed: links stand, what was lost on them is found by digests to one random neighbour a second, and who holds what is told every few seconds. After a longer one links are opened anew, and both sides of a new link compare at once.`,
      'How much was said meanwhile hardly matters: what is missing is pulled in answers of up to 1 MiB.',
    ],
    charts: [
      {
        title: 'From the heal until all agree',
        subtitle: `${PEERS} peers in two halves, median of ${SEEDS.length} seeds`,
        xLabel: 'length of the cut, seconds',
        yLabel: 'seconds',
        xScale: 'log',
        series: MESSAGES.map((messages) => ({
          name: `${messages} messages`,
          points: outcomes
            .filter((outcome) => outcome.messages === messages)
            .map(({ cutS, medianMs }) => [cutS, medianMs / MS] as const),
        })),
      },
    ],
  };
}
