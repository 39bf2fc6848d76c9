import { pick, seededRandom } from '@hearsay/core';
import { type Spread, TreeNetwork } from '../trees/tree-network.js';
import type { Experiment, Report } from './experiment.js';

const SIZES: readonly number[] = [100, 1_000, 10_000];
const DEGREE = 5;
const LATENCY_MS: readonly [number, number] = [10, 50];
const JITTER_PERCENT = 10;
/** Between two messages: several are on their way at any time. */
const GAP_MS = 100;
/** All are long there by then. */
const LAST_MS = 5_000;
const TEN = 10;
/** The goal for ten senders. */
const REDUNDANCY_MAX = 0.05;
const HOPS_OVER_FLOOD_MAX = 1;

/** Who speaks. */
type Senders = 'one sender' | 'ten senders' | 'random senders';

/** Messages that let trees grow, and those that are measured after them. */
const MESSAGES: Record<Senders, { readonly before: number; readonly counted: number }> = {
  'one sender': { before: 6, counted: 3 },
  'ten senders': { before: 80, counted: 10 },
  'random senders': { before: 10, counted: 10 },
};
/** Of a flood. */
const FLOODS = 10;
/** A tree that all senders share is as good as it gets after these. */
const SHARED_BEFORE_MAX = 30;

interface Way {
  readonly name: 'flood' | 'one shared tree' | 'a tree for each origin';
  readonly spread: 'flood' | 'trees';
  /** Messages after which it learns no more. */
  readonly beforeMax: number;
  readonly limits: { readonly treesMax?: number };
  readonly config: { readonly treeLeadMs?: number };
}

const WAYS: readonly Way[] = [
  { name: 'flood', spread: 'flood', beforeMax: 0, limits: {}, config: {} },
  // As published, but for the hops that its messages carry: no change but by second copies and grafts.
  {
    name: 'one shared tree',
    spread: 'trees',
    beforeMax: SHARED_BEFORE_MAX,
    limits: { treesMax: 0 },
    config: { treeLeadMs: Number.POSITIVE_INFINITY },
  },
  {
    name: 'a tree for each origin',
    spread: 'trees',
    beforeMax: Number.POSITIVE_INFINITY,
    limits: {},
    config: {},
  },
];

/** Means over messages. */
interface Means {
  /** Copies beyond the first that a peer gets (relative message redundancy, RMR). */
  readonly redundancy: number;
  readonly lastHop: number;
  readonly lastMs: number;
  readonly meanMs: number;
}

interface Outcome {
  readonly way: Way['name'];
  readonly senders: Senders;
  readonly size: number;
  /** The first message of an origin after that of the very first, which finds no tree at all. */
  readonly newcomer: Means;
  readonly grown: Means;
  readonly missed: number;
  readonly controlBytes: number;
}

/** Plumtree with a tree for each origin, against a flood and against one shared tree. */
export const trees: Experiment = {
  name: 'trees',
  summary:
    'what a message costs and how soon it arrives: flood, one shared tree, a tree each origin',
  run(progress): Report {
    return report(
      SIZES.flatMap((size) =>
        WAYS.flatMap((way) =>
          (Object.keys(MESSAGES) as Senders[]).map((senders) => {
            const outcome = measure(way, senders, size);
            const { redundancy, lastHop } = outcome.grown;
            progress(
              `${size} peers, ${way.name}, ${senders}: RMR ${redundancy.toFixed(3)}, last hop ${lastHop.toFixed(1)}`,
            );
            return outcome;
          }),
        ),
      ),
    );
  },
};

function measure(way: Way, senders: Senders, size: number): Outcome {
  const { spread, limits, config } = way;
  const network = new TreeNetwork({
    seed: `trees/${size}`,
    size,
    degree: DEGREE,
    latencyMs: LATENCY_MS,
    jitterPercent: JITTER_PERCENT,
    spread,
    limits,
    config,
  });
  const random = seededRandom(`trees/senders/${size}`);
  const everybody = network.nodes.map(({ index }) => index);
  const before = Math.min(way.beforeMax, MESSAGES[senders].before);
  const counted = spread === 'flood' ? FLOODS : MESSAGES[senders].counted;
  const said: Spread[] = [];
  let controlBytes = 0;
  for (let count = 0; count < before + counted; count++) {
    if (count === before) controlBytes = network.controlBytes;
    const place = senders === 'one sender' ? 0 : count % TEN;
    const origin = Math.floor((place * size) / TEN);
    const anybody = senders === 'random senders' ? pick(everybody, random) : undefined;
    said.push(network.publish(anybody ?? origin));
    network.run(GAP_MS);
  }
  network.run(LAST_MS);
  const seen = new Set<number>();
  const firsts = said.filter(({ origin }) => {
    const isFirst = !seen.has(origin);
    seen.add(origin);
    return isFirst;
  });
  return {
    way: way.name,
    senders,
    size,
    newcomer: meansOf(firsts.length > 1 ? firsts.slice(1) : firsts, size),
    grown: meansOf(said.slice(before), size),
    missed: said.reduce((total, { reached }) => total + size - 1 - reached, 0),
    controlBytes: (network.controlBytes - controlBytes) / counted / size,
  };
}

function meansOf(spreads: readonly Spread[], size: number): Means {
  const mean = (value: (spread: Spread) => number): number =>
    spreads.reduce((total, spread) => total + value(spread), 0) / spreads.length;
  return {
    redundancy: mean(({ copies }) => copies / (size - 1) - 1),
    lastHop: mean(({ lastHop }) => lastHop),
    lastMs: mean(({ lastMs }) => lastMs),
    meanMs: mean(({ totalMs, reached }) => totalMs / Math.max(1, reached)),
  };
}

function report(outcomes: readonly Outcome[]): Report {
  const rows = outcomes.map(({ size, way, senders, newcomer, grown, missed, controlBytes }) => [
    String(size),
    senders,
    way,
    grown.redundancy.toFixed(3),
    grown.lastHop.toFixed(1),
    String(Math.round(grown.meanMs)),
    String(Math.round(grown.lastMs)),
    newcomer.redundancy.toFixed(2),
    newcomer.lastHop.toFixed(1),
    String(Math.round(controlBytes)),
    String(missed),
  ]);
  const of = (size: number, way: Way['name'], senders: Senders): Means | undefined =>
    outcomes.find((each) => each.size === size && each.way === way && each.senders === senders)
      ?.grown;
  const goals = SIZES.slice(1).map((size) => {
    const flood = of(size, 'flood', 'ten senders');
    const shared = of(size, 'one shared tree', 'ten senders');
    const ours = of(size, 'a tree for each origin', 'ten senders');
    if (flood === undefined || shared === undefined || ours === undefined) return '';
    const isReached =
      ours.redundancy < REDUNDANCY_MAX && ours.lastHop <= flood.lastHop + HOPS_OVER_FLOOD_MAX;
    return `Ten senders among ${size} peers: a tree for each origin has RMR ${ours.redundancy.toFixed(3)} and last hop ${ours.lastHop.toFixed(1)}, one shared tree ${shared.redundancy.toFixed(2)} and ${shared.lastHop.toFixed(1)}, a flood ${flood.redundancy.toFixed(2)} and ${flood.lastHop.toFixed(1)}. The goal is RMR below ${REDUNDANCY_MAX} and at most ${HOPS_OVER_FLOOD_MAX} hop more than the flood: ${isReached ? 'reached' : 'MISSED'}.`;
  });
  const missed = outcomes.reduce((total, outcome) => total + outcome.missed, 0);
  const chart = (title: string, yLabel: string, value: (means: Means) => number) => ({
    title,
    subtitle: 'ten senders, trees grown',
    xLabel: 'peers',
    yLabel,
    xScale: 'log' as const,
    series: WAYS.map(({ name }) => ({
      name,
      points: SIZES.flatMap((size) => {
        const means = of(size, name, 'ten senders');
        return means === undefined ? [] : [[size, value(means)] as const];
      }),
    })),
  });
  const { 'one sender': one, 'ten senders': ten, 'random senders': random } = MESSAGES;
  return {
    title: 'Broadcast trees',
    method: [
      `The broadcast trees of the core, and nothing else of it, on random overlays in which each peer has ${DEGREE} neighbours, as HyParView makes them. A link takes ${LATENCY_MS[0]} to ${LATENCY_MS[1]} ms one way, drawn once, and each frame up to ${JITTER_PERCENT} % more. A message is said every ${GAP_MS} ms, so that several are on their way at any time. Nothing is lost; frames are those of the wire, encoded and read.`,
      `Measured after the trees have grown: ${one.before} messages of one sender and then ${one.counted} that count, ${ten.before} and ${ten.counted} of ten senders in turn, ${random.before} and ${random.counted} of senders drawn anew each time, who almost all speak for the first time (a shared tree is as good as it gets after ${SHARED_BEFORE_MAX}, and a flood learns nothing). RMR is the number of copies that a peer gets beyond the first. The last hop is the number of links between the origin and the farthest peer, by the way that the first copy took. The first message of an origin is shown by itself, without the very first of all, which finds no tree and floods. Control is what a peer sends for a message besides the message itself: \`ihave\`, \`graft\` and \`prune\`.`,
      'One shared tree is the same code with room for no other tree, and without its shortening by time: Plumtree as published, but for the hops that its messages carry.',
    ],
    tables: [
      {
        columns: [
          'peers',
          'senders',
          'way',
          'RMR',
          'last hop',
          'mean, ms',
          'last, ms',
          'RMR of a first message',
          'its last hop',
          'control, bytes',
          'missed',
        ],
        rows,
      },
    ],
    findings: [
      ...goals,
      missed === 0
        ? 'Every message reached every peer, in every run.'
        : `${missed} deliveries were MISSED.`,
      'The first message of an origin goes along a tree that was made for another: it takes more hops, and the few that are asked for too early come twice. Senders who speak once, and never again, stay there.',
    ],
    charts: [
      chart('Copies of a message beyond the first', 'RMR', ({ redundancy }) => redundancy),
      chart('Links to the farthest peer', 'last hop', ({ lastHop }) => lastHop),
      chart('Until the farthest peer has it', 'ms', ({ lastMs }) => lastMs),
    ],
  };
}
