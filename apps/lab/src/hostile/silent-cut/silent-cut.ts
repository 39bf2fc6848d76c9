import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { clockMs } from '../../clock.js';
import { Watch } from '../../observe/watch.js';
import type { Children } from '../../process/children.js';
import { Relay } from '../../relay/relay.js';
import { quantile } from '../../stats.js';
import { AgentPeer } from '../honest/agent-peer.js';
import { MemoryWatch } from '../honest/resident-memory.js';
import { GOALS, type Row } from '../row.js';

const NICKS = ['ana', 'bob', 'cy'] as const;
const SAYS_EVERY_MS = 50;
const START_TIMEOUT_MS = 60_000;
const NOTICE_TIMEOUT_MS = 60_000;
const ARRIVAL_TIMEOUT_MS = 30_000;
const MIB = 2 ** 20;
/** Both go on talking for a while after they noticed. */
const AFTER_MS = 500;

export const SILENT_CUT = 'a link goes silent';

/**
 * Three peers, and a wire between two of them that goes dead without a word while all talk. Both must
 * give the link up in time, and what they say must reach each other through the third.
 */
export async function silentCut(children: Children): Promise<Row> {
  const relay = new Relay();
  const watch = new Watch();
  const until = <T>(what: string, timeoutMs: number, look: () => T | undefined): Promise<T> =>
    watch.until(look, { what, timeoutMs, signal: children.failure });
  try {
    const [ana, bob, cy] = await startAll(children, watch, relay, until);
    const peers = [ana, bob, cy];
    const memory = new MemoryWatch(peers.map(({ child }) => child));
    for (const peer of peers) peer.tell({ do: 'talk', phase: 1, everyMs: SAYS_EVERY_MS });
    await sleep(AFTER_MS);
    await relay.cut(ana.nick, bob.nick);
    await relay.cut(bob.nick, ana.nick);
    const atMs = clockMs();
    const noticed = await until('both give the silent link up', NOTICE_TIMEOUT_MS, () => {
      const downs = [downAt(ana, bob.id, atMs), downAt(bob, ana.id, atMs)];
      const known = downs.filter((down) => down !== undefined);
      return known.length === downs.length ? known : undefined;
    });
    await sleep(AFTER_MS);
    const said = await hush(peers, until);
    const heard = await arrived(peers, said, until);
    const buried = peers
      .flatMap((peer) => peer.all('state'))
      .filter(({ state }) => state === 'dead');
    const cutMs = Math.max(...noticed.map((down) => down.atMs)) - atMs;
    const delivered = heard.agesMs.length / (said * (peers.length - 1));
    const missed = [
      ...(cutMs > GOALS.silentMs ? ['was noticed too late'] : []),
      ...(delivered < 1 ? ['messages did not arrive'] : []),
      ...(buried.length > 0 ? ['somebody was called dead'] : []),
    ];
    return {
      attack: SILENT_CUT,
      as: 'network',
      answer: 'cut',
      because: 'linkSilenceMs; sync brings what the link does not, through the third peer',
      turns: 1,
      samples: heard.agesMs.length,
      // What waits for the link to be given up is late however quiet the mesh is.
      quietP99Ms: Number.NaN,
      laterP99Ms: Number.NaN,
      controlP99Ms: Number.NaN,
      quietCores: Number.NaN,
      cores: Number.NaN,
      offenders: noticed.length,
      cut: noticed.length,
      cutMs,
      delivered,
      p99Ms: quantile(heard.agesMs, 0.99),
      turnMs: heard.turnMs,
      grownMiB: memory.stop() / MIB,
      seen: noticed[0]?.reason ?? '',
      missed,
    };
  } finally {
    relay.close();
  }
}

type Until = <T>(what: string, timeoutMs: number, look: () => T | undefined) => Promise<T>;

async function startAll(
  children: Children,
  watch: Watch,
  relay: Relay,
  until: Until,
): Promise<readonly [AgentPeer, AgentPeer, AgentPeer]> {
  const network = `silent-${process.pid}`;
  const networkKey = randomBytes(32).toString('hex');
  const folder = path.join(children.folder, network);
  const start = (nick: string) =>
    new AgentPeer({
      children,
      watch,
      agent: { nick, network, networkKey, folder, discoveryPort: undefined },
    });
  const peers = [start(NICKS[0]), start(NICKS[1]), start(NICKS[2])] as const;
  await until('three peers ready', START_TIMEOUT_MS, () =>
    peers.every(({ ready }) => ready !== undefined) ? true : undefined,
  );
  for (const peer of peers) {
    await relay.add(peer.nick, portOf(peer));
    await relay.listens(peer.nick);
  }
  for (const peer of peers) peer.tell({ do: 'route', ports: relay.routesOf(peer.nick) });
  const [first, ...others] = peers;
  for (const peer of others) peer.tell({ do: 'join', address: first.address });
  await until('three peers linked', START_TIMEOUT_MS, () =>
    peers.every((peer) => linksOf(peer) === others.length) ? true : undefined,
  );
  return peers;
}

function portOf({ address }: AgentPeer): number {
  return Number(address.slice(address.lastIndexOf(':') + 1));
}

function linksOf(peer: AgentPeer): number {
  const up = new Map(peer.all('link').map((link) => [link.id, link.up]));
  return [...up.values()].filter(Boolean).length;
}

function downAt(peer: AgentPeer, id: string, sinceMs: number) {
  return peer.find('link', (link) => link.id === id && !link.up && link.atMs >= sinceMs);
}

function hush(peers: readonly AgentPeer[], until: Until): Promise<number> {
  for (const peer of peers) peer.tell({ do: 'hush' });
  return until('an answer of every peer', ARRIVAL_TIMEOUT_MS, () => {
    const said = peers.map((peer) => peer.find('hushed')?.said);
    const known = said.filter((count) => count !== undefined);
    return known.length === said.length ? known.reduce((a, b) => a + b, 0) : undefined;
  });
}

/** What all heard, as soon as it is all, or after a while. */
async function arrived(peers: readonly AgentPeer[], said: number, until: Until) {
  const endMs = clockMs() + ARRIVAL_TIMEOUT_MS;
  for (;;) {
    for (const peer of peers) {
      peer.forget('report');
      peer.tell({ do: 'report', phase: 1 });
    }
    const reports = await until('a report of every peer', ARRIVAL_TIMEOUT_MS, () => {
      const found = peers.map((peer) => peer.find('report'));
      const known = found.filter((report) => report !== undefined);
      return known.length === found.length ? known : undefined;
    });
    const agesMs = reports.flatMap((report) => report.agesMs);
    if (agesMs.length >= said * (peers.length - 1) || clockMs() > endMs) {
      return { agesMs, turnMs: Math.max(...reports.map((report) => report.turnMs ?? Number.NaN)) };
    }
    await sleep(100);
  }
}
