import { LabError } from '../../errors.js';
import type { Narrator } from '../../output/narrator.js';
import { formatMs } from '../../output/table.js';
import { type Children, withChildren } from '../../process/children.js';
import { describeMachine } from '../machine.js';
import { Crowd } from './crowd.js';
import { type Findings, formatFindings, isPassed } from './report.js';
import { joinAll, killHalf, rest, type Spread, talk } from './scenes.js';

export interface HundredOptions {
  readonly narrator: Narrator;
  readonly peers: number;
  /** Half of them are killed, so there are two at least. */
  readonly processes: number;
  /** Between the starts of two peers. */
  readonly joinEveryMs: number;
  /** Before what rest costs is counted, and while it is. */
  readonly calmMs: number;
}

/** More peers than this are a matter for the simulator. */
const peersMax = 400;

/**
 * Many real peers with all defaults, some to a process, on loopback: they join, rest, talk, and half of
 * the processes are killed at once. @returns whether everything held that must hold
 */
export async function benchHundred(options: HundredOptions): Promise<boolean> {
  const { narrator, peers, processes } = options;
  if (processes < 2 || peers < 2 * processes || peers > peersMax) {
    const bounds = `2 processes at least, 2 peers in each, ${peersMax} peers at most`;
    throw new LabError('usage', `${peers} peers in ${processes} processes: ${bounds}`);
  }
  narrator.step('machine', describeMachine());
  const findings = await withChildren((children) => measure(options, children));
  const ok = isPassed(findings);
  narrator.result(`\n${formatFindings(findings)}`, { ok, ...findings });
  return ok;
}

async function measure(options: HundredOptions, children: Children): Promise<Findings> {
  const { narrator, peers, processes, joinEveryMs, calmMs } = options;
  const crowd = new Crowd(children, `hundred-${process.pid}`, processes);
  narrator.step('starting', `${peers} peers in ${processes} processes`);
  const joined = await joinAll(crowd, peers, joinEveryMs);
  narrator.step('joined', `${joined.complete} see all ${peers}`);
  const atRest = await rest(crowd, calmMs);
  narrator.step('at rest', `${atRest.linksMedian} links a peer`);
  const before = tell(narrator, await talk(crowd));
  const { processorMs } = await crowd.usage();
  const killed = await killHalf(crowd);
  const { informed, survivors, victims, allMs } = killed;
  narrator.step('killed', `${victims}, known by ${informed} of ${survivors}, ${formatMs(allMs)}`);
  const after = tell(narrator, await talk(crowd));
  const living = crowd.peers.map(({ id }) => id);
  const { stateHashes } = await crowd.usage();
  return {
    peers,
    processes,
    joined,
    rest: atRest,
    talk: before,
    killed,
    talkAfter: after,
    contents: new Set(stateHashes).size,
    agreeing: crowd.peers.filter((peer) => peer.seesAll(living, 'alive')).length,
    falseDeaths: crowd.falseDeaths,
    processorMs,
  };
}

function tell(narrator: Narrator, spread: Spread): Spread {
  const { delivered, expected, p50Ms } = spread;
  narrator.step('talked', `${delivered} of ${expected} delivered, p50 ${formatMs(p50Ms)}`);
  return spread;
}
