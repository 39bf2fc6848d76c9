import { expect, it } from 'vitest';
import { type Findings, formatFindings, isPassed } from '../../src/bench/hundred/report.js';

const spread = { published: 2, expected: 6, delivered: 6, p50Ms: 1, p99Ms: 2, maxMs: 2 };

/** A run of four peers in which nothing went wrong. */
const good: Findings = {
  peers: 4,
  processes: 2,
  joined: { startsMs: 100, complete: 4, listsMs: 5 },
  rest: {
    linksMedian: 3,
    linksMost: 3,
    bytesPerSecond: 100,
    processorPercent: 0.1,
    residentBytes: 2 ** 22,
  },
  talk: spread,
  killed: {
    victims: 2,
    survivors: 2,
    informed: 2,
    medianMs: 20,
    allMs: 30,
    isolated: 0,
    processorMs: 10,
  },
  talkAfter: { ...spread, expected: 2, delivered: 2 },
  contents: 1,
  agreeing: 2,
  falseDeaths: 0,
  processorMs: 900,
};

it('judges what must hold, and no time', () => {
  expect(isPassed(good)).toBe(true);
  expect(isPassed({ ...good, killed: { ...good.killed, medianMs: 50_000 } })).toBe(true);
});

it.each<[string, Partial<Findings>]>([
  ['a list is not complete', { joined: { ...good.joined, complete: 3 } }],
  ['a message is missing', { talk: { ...spread, delivered: 5 } }],
  ['a message is missing after the kill', { talkAfter: spread, talk: { ...spread, delivered: 5 } }],
  ['a death is not known to all', { killed: { ...good.killed, informed: 1 } }],
  ['a survivor misses another', { agreeing: 1 }],
  ['the logs differ', { contents: 2 }],
  ['a living peer was called dead', { falseDeaths: 1 }],
])('fails when %s', (_, found) => {
  const findings = { ...good, ...found };
  expect(isPassed(findings)).toBe(false);
  expect(formatFindings(findings)).toContain('NO');
});
