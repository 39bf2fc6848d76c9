import { sample, seededRandom } from '@hearsay/core';
import { type Death, ViewWorld } from '../views/view-world.js';
import type { Experiment, Report } from './experiment.js';

const PEERS = 10_000;
const JOIN_GAP_MS = 2;
const SETTLE_MS = 15_000;
const BROADCASTS = 5;
/** When broadcasts start, after the kill. */
const MOMENTS_MS: readonly number[] = [500, 1_000, 2_000, 5_000, 10_000, 30_000];
/** Every broadcast has ended long before. */
const LAST_MS = 5_000;
const PERCENT = 100;
const MS_PER_SECOND = 1_000;

interface Case {
  readonly killedPercent: number;
  /** Each survivor remembers one address at which somebody lives; else all that it remembers are dead. */
  readonly contact: boolean;
  readonly death: Death;
}

const CASES: readonly Case[] = [
  ...[10, 50, 70, 80, 90, 95].map((killedPercent) => {
    return { killedPercent, contact: true, death: 'refuses' } as const;
  }),
  ...[90, 95].map((killedPercent) => {
    return { killedPercent, contact: false, death: 'refuses' } as const;
  }),
  ...[80, 95].map((killedPercent) => {
    return { killedPercent, contact: true, death: 'silent' } as const;
  }),
];

interface Outcome extends Case {
  /** Mean share of the living that a broadcast reached, of those that started at each moment. */
  readonly shares: readonly number[];
  readonly islands: number;
  readonly before: { readonly hops: number; readonly tookMs: number; readonly redundancy: number };
}

/** What is left of a mesh of partial views when most of it dies at one instant. */
export const hyparview: Experiment = {
  name: 'hyparview',
  summary: 'who still hears a broadcast after 10 to 95 % of 10,000 peers were killed at once',
  run(progress): Report {
    return report(
      CASES.map((each) => {
        const outcome = play(each, PEERS);
        progress(`${nameOf(each)}: ${outcome.shares.map(percent).join(' ')}`);
        return outcome;
      }),
      PEERS,
    );
  },
};

/** One kill. @param peers how many there are before it */
function play(each: Case, peers: number): Outcome {
  const random = seededRandom(`hyparview/${each.killedPercent}`);
  const world = new ViewWorld('hyparview', each.death);
  for (let index = 0; index < peers; index++) {
    world.add(index === 0 ? undefined : random.below(index));
    world.run(JOIN_GAP_MS);
  }
  world.run(SETTLE_MS);
  const ask = world.flood(0);
  world.run(LAST_MS);
  const before = ask();
  const killed = Math.floor((peers * each.killedPercent) / PERCENT);
  world.kill(sample(world.living(), killed, random));
  const living = world.living();
  world.contactsLive = each.contact;
  if (each.contact) {
    for (const index of living) {
      const others = living.filter((other) => other !== index);
      const [other] = sample(others, 1, random);
      if (other !== undefined) world.remember(index, other);
    }
  }
  const asked = MOMENTS_MS.map((momentMs, index) => {
    world.run(momentMs - (MOMENTS_MS[index - 1] ?? 0));
    return sample(living, BROADCASTS, random).map((from) => world.flood(from));
  });
  world.run(LAST_MS);
  const shares = asked.map((broadcasts) => {
    return broadcasts.reduce((sum, delivery) => sum + delivery().share, 0) / broadcasts.length;
  });
  return { ...each, shares, islands: world.islands().length, before };
}

function report(outcomes: readonly Outcome[], peers: number): Report {
  const rows = outcomes.map((outcome) => [
    `${outcome.killedPercent} %`,
    outcome.contact ? 'yes' : 'no',
    outcome.death === 'refuses' ? 'refuse' : 'are silent',
    ...outcome.shares.map(percent),
    String(outcome.islands),
  ]);
  const [{ before } = { before: { hops: 0, tookMs: 0, redundancy: 0 } }] = outcomes;
  return {
    title: 'What is left of partial views when most peers die at once',
    method: [
      `${peers.toLocaleString('en')} views of 5 neighbours and 30 contacts in reserve, each joining through a random earlier one, ${JOIN_GAP_MS} ms apart; ${SETTLE_MS / MS_PER_SECOND} s later some are killed at one instant. Links take 10 to 50 ms one way. Only the views run here, thousands of them on a queue of messages, and a broadcast floods the neighbours. It is the very state machine that peers run.`,
      'The hosts of the killed either refuse dials, as the machine of a killed process does, or are silent: then a dial fails after 3 s, and a broken link is noticed after 3 s. "Contact": each survivor remembers one address (a seed, or a peer of its snapshot) at which somebody lives; without, everything that it remembers is dead.',
      `Each number is the mean share of the living that ${BROADCASTS} broadcasts reached, which started so long after the kill.`,
    ],
    tables: [
      {
        columns: [
          'killed',
          'contact',
          'hosts',
          ...MOMENTS_MS.map((ms) => `+${ms / MS_PER_SECOND} s`),
          'islands left',
        ],
        rows,
      },
    ],
    findings: [
      `Before the kill a flood reaches everybody in ${before.hops} hops and ${Math.round(before.tookMs)} ms, and each peer gets ${(before.redundancy + 1).toFixed(2)} copies.`,
      goal(outcomes, { killedPercent: 80, contact: true, death: 'refuses' }, 2_000),
      goal(outcomes, { killedPercent: 95, contact: true, death: 'refuses' }, 30_000),
      goal(outcomes, { killedPercent: 95, contact: true, death: 'silent' }, 30_000),
      'Where no remembered contact lives, those who lost everybody stay alone: nobody can find whom nobody knows. That is the whole difference between the two halves of the table, and why seeds and snapshots are dialled for ever.',
    ],
    charts: [
      {
        title: 'Broadcasts after a mass failure',
        subtitle: `${peers.toLocaleString('en')} peers, hosts refuse; each survivor remembers one living contact`,
        xLabel: 'seconds after the kill',
        yLabel: 'reached, % of the living',
        series: outcomes
          .filter(({ contact, death }) => contact && death === 'refuses')
          .map(seriesOf),
      },
      {
        title: 'The same without a contact, and with silent hosts',
        xLabel: 'seconds after the kill',
        yLabel: 'reached, % of the living',
        series: outcomes
          .filter(({ contact, death }) => !contact || death === 'silent')
          .map(seriesOf),
      },
    ],
  };
}

function seriesOf(outcome: Outcome): {
  name: string;
  points: readonly (readonly [number, number])[];
} {
  const points = outcome.shares.map((share, index) => {
    return [(MOMENTS_MS[index] ?? 0) / MS_PER_SECOND, share * PERCENT] as const;
  });
  return { name: nameOf(outcome), points };
}

function goal(outcomes: readonly Outcome[], wanted: Case, withinMs: number): string {
  const found = outcomes.find(({ killedPercent, contact, death }) => {
    return (
      killedPercent === wanted.killedPercent && contact === wanted.contact && death === wanted.death
    );
  });
  const share = found?.shares[MOMENTS_MS.indexOf(withinMs)] ?? 0;
  const verdict = share === 1 ? 'reached' : 'MISSED';
  const hosts = wanted.death === 'refuses' ? 'hosts that refuse' : 'silent hosts';
  return `After ${wanted.killedPercent} % (${hosts}, one living contact each) the goal is 100 % of the living within ${withinMs / MS_PER_SECOND} s: ${percent(share)}, ${verdict}.`;
}

function nameOf({ killedPercent, contact, death }: Case): string {
  const how = [contact ? '' : 'no contact', death === 'silent' ? 'silent' : ''].filter(Boolean);
  return [`${killedPercent} %`, ...how].join(', ');
}

/** Rounded down: 100 % means everybody. */
function percent(share: number): string {
  return `${(Math.floor(share * 1e4) / PERCENT).toFixed(2)} %`;
}
