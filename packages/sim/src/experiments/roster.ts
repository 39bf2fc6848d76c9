import { DEFAULT_LIMITS, peerId, Roster, type Signer } from '@hearsay/core';
import { RosterWorld } from '../roster/roster-world.js';
import type { Experiment, Report } from './experiment.js';

const SIZES: readonly number[] = [100, 300, 600];
const LOSS_PERCENT = 5;
const KILLED_PERCENT = 5;
/** The neighbours of the dead have found out by then. */
const FOUND_SECONDS = 6;
const SETTLE_SECONDS = 150;
const MEASURE_SECONDS = 100;
const BOUND_SECONDS = 600;
const CUT_SECONDS = 60;
const LEASE_SECONDS = 1_000;
const HELD: readonly number[] = [100, 1_000, 10_000];
const DIFFERING: readonly number[] = [1, 10, 100, 1_000];
const SIGNED_MS = 1_700_000_000_000;

/** Who is there, by announcements under leases: how soon is it known, and what does it cost? */
export const roster: Experiment = {
  name: 'roster',
  summary: 'a roster of leases: how soon who comes and goes is known, and what comparing costs',
  run(progress): Report {
    const outcomes = SIZES.map((peers) => {
      const outcome = play(peers);
      progress(`${peers} peers: all known after ${outcome.knownSeconds} s`);
      return outcome;
    });
    const costs = HELD.map((held) => {
      return { held, bytes: DIFFERING.map((differing) => compareCost(held, differing)) };
    });
    return report(outcomes, costs);
  },
};

interface Outcome {
  readonly peers: number;
  readonly knownSeconds: number;
  readonly bytesPerSecond: number;
  readonly missedSeconds: number;
  readonly healedSeconds: number;
  readonly goneSeconds: number;
}

function play(peers: number): Outcome {
  const world = new RosterWorld(`roster/${peers}`, peers);
  world.lossPercent = LOSS_PERCENT;
  const knownSeconds = world.until(
    () => world.stations.every((station) => station.roster.size === peers),
    BOUND_SECONDS,
  );
  world.until(() => false, SETTLE_SECONDS);
  const before = world.bytes;
  world.until(() => false, MEASURE_SECONDS);
  const bytesPerSecond = (world.bytes - before) / MEASURE_SECONDS / peers;
  const killed = world.kill(Math.ceil((peers * KILLED_PERCENT) / 100));
  world.until(() => false, FOUND_SECONDS);
  world.miss(killed);
  const missedSeconds =
    FOUND_SECONDS +
    world.until(
      () => world.living.every((one) => killed.every(({ id }) => isGone(one.roster, id))),
      BOUND_SECONDS,
    );
  world.side = (index) => index % 2;
  world.until(() => false, CUT_SECONDS);
  world.side = () => 0;
  const healedSeconds = world.until(() => world.agree(), BOUND_SECONDS);
  const goneSeconds = world.until(
    () => world.living.every((one) => killed.every(({ id }) => one.roster.get(id) === undefined)),
    LEASE_SECONDS,
  );
  return { peers, knownSeconds, bytesPerSecond, missedSeconds, healedSeconds, goneSeconds };
}

function isGone(seen: Roster, peer: ReturnType<typeof peerId>): boolean {
  return seen.get(peer)?.state !== 'present';
}

/** Nobody checks a signature here. */
const UNSIGNED: Signer = { sign: () => new Uint8Array(64), verify: () => true };

/** Bytes of all that goes to and fro until an asker has what it lacked. */
function compareCost(held: number, differing: number): number | undefined {
  if (differing > held) return undefined;
  const [asker, answerer] = [bystander(), bystander()];
  let again: Uint8Array[] = [];
  for (let index = 0; index < held; index++) {
    const member = memberOf(index);
    member.tick();
    for (const news of member.takeNews()) for (const one of [asker, answerer]) one.merge(news);
    if ((index * differing) % held < differing) {
      member.miss(memberId(index));
      again = again.concat(member.takeNews());
    }
  }
  for (const news of again) answerer.merge(news);
  let bytes = 0;
  let question: Uint8Array | undefined = asker.summary();
  while (question !== undefined) {
    bytes += question.length;
    let next: Uint8Array | undefined;
    for (const delta of answerer.missing(question)) {
      bytes += delta.length;
      next = asker.merge(delta).next ?? next;
    }
    question = next;
  }
  return bytes;
}

function memberId(index: number): ReturnType<typeof peerId> {
  return peerId((index + 1).toString(16).padStart(64, '7'));
}

function memberOf(index: number): Roster {
  return rosterOf(memberId(index));
}

function bystander(): Roster {
  return rosterOf(peerId('00'.repeat(32)));
}

function rosterOf(peer: ReturnType<typeof peerId>): Roster {
  return new Roster({
    peer,
    generation: 1,
    addresses: () => ['10.0.0.1:7340'],
    meta: () => new Uint8Array(),
    network: 'simulated',
    signer: UNSIGNED,
    limits: DEFAULT_LIMITS,
    readWallMs: () => SIGNED_MS,
  });
}

interface Cost {
  readonly held: number;
  readonly bytes: readonly (number | undefined)[];
}

function report(outcomes: readonly Outcome[], costs: readonly Cost[]): Report {
  const rows = outcomes.map((outcome) => [
    String(outcome.peers),
    String(outcome.knownSeconds),
    String(Math.round(outcome.bytesPerSecond)),
    String(outcome.missedSeconds),
    String(outcome.healedSeconds),
    String(outcome.goneSeconds),
  ]);
  const largest = outcomes.at(-1);
  const [small, , large] = costs;
  return {
    title: 'Who is there, by leases',
    method: [
      `A roster is what takes the place of the table of members where that no longer fits: each member announces itself under a lease, signed, and renews it; announcements are passed on to 2 of 5 neighbours, once, and what is lost is found by comparing with one neighbour every 10 s. ${LOSS_PERCENT} % of all messages are lost. Nothing but rosters is simulated, second by second.`,
      `All start at once. Then ${KILLED_PERCENT} % are killed; their neighbours find them dead ${FOUND_SECONDS} s later and say so. Then every second peer is cut off from the others for ${CUT_SECONDS} s. "Gone" is when the last lease of the killed has run out everywhere, counted from the end of the cut.`,
      'Comparing: bytes of all questions and answers until somebody that holds so many entries has the newer ones of another in which it differs, these entries (about 150 bytes each) among them. To name all entries would take 11 bytes for each of those held.',
    ],
    tables: [
      {
        columns: [
          'peers',
          'all know all, s',
          'bytes a second a peer',
          'killed missing for all, s',
          'agree after the cut, s',
          'killed gone, s',
        ],
        rows,
      },
      {
        columns: ['entries', ...DIFFERING.map((differing) => `${differing} differ, bytes`)],
        rows: costs.map(({ held, bytes }) => [
          String(held),
          ...bytes.map((each) => (each === undefined ? '-' : String(each))),
        ]),
      },
    ],
    findings: [
      `With ${largest?.peers} peers all know of all after ${largest?.knownSeconds} s, and of the dead after ${largest?.missedSeconds} s; it costs a peer ${Math.round(largest?.bytesPerSecond ?? 0)} B/s.`,
      `One entry in which two differ is found at ${small?.bytes[0]} bytes among ${small?.held}, and at ${large?.bytes[0]} among ${large?.held}: the cost follows the difference.`,
    ],
    charts: [
      {
        title: 'Bytes to find what differs',
        xLabel: 'entries that differ',
        yLabel: 'bytes',
        yScale: 'log',
        series: costs.map(({ held, bytes }) => ({
          name: `of ${held}`,
          points: DIFFERING.flatMap((differing, index) => {
            const cost = bytes[index];
            return cost === undefined ? [] : [[differing, cost] as const];
          }),
        })),
      },
    ],
  };
}
