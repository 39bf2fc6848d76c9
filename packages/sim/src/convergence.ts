import type { Config, MemberView, PeerId, StatusView } from '@hearsay/core';
import type { Incarnation } from './incarnation.js';
import type { Network } from './network/network.js';
import type { Station } from './network/station.js';
import type { SimNode } from './node.js';
import type { Judge } from './oracle/judge.js';

/** What of a simulation is compared. */
export interface World {
  readonly nodes: readonly SimNode[];
  /** Those that run. */
  readonly live: readonly SimNode[];
  readonly network: Network;
  readonly judge: Judge;
  readonly settings: { readonly config: Config };
}

interface Witness {
  readonly node: SimNode;
  readonly run: Incarnation;
  readonly status: StatusView;
  readonly rows: ReadonlyMap<PeerId, MemberView>;
  /** Connections with each other run that both ends hold open. */
  readonly links: ReadonlyMap<Station, number>;
}

/**
 * What still differs from full agreement, at most `limit` points; empty means converged.
 *
 * Judged within each group of live peers that can talk: everyone sees exactly the others alive and
 * the ended ones not, all hold the same messages, and each one's own words agree with the truth. In a mesh too
 * large for it nobody needs a link to everybody, and so does not know that everybody is in sync.
 */
export function differences(sim: World, limit: number, among?: readonly SimNode[]): string[] {
  const found: string[] = [];
  const groups = among === undefined ? groupsOf(sim) : [newestOf(sim, among)];
  for (const group of groups) {
    compareDeliveries(sim, group, found);
    const witnesses: Witness[] = [];
    for (const node of group) {
      // Cheap questions first: while a mesh forms, this is asked often and the first one says no.
      if (found.length >= limit) return found.slice(0, limit);
      const one = witness(sim, node);
      compareSelf(sim, one, group, found);
      witnesses.push(one);
    }
    for (const one of witnesses) {
      if (found.length >= limit) return found.slice(0, limit);
      compareMembers(sim, one, witnesses, found);
    }
    compareTables(witnesses, found);
  }
  return found.slice(0, limit);
}

/** Whether a mesh is, or may still be, one in which not everybody is linked to everybody. */
function isSparse({ settings }: World, members: number): boolean {
  const { fullMeshUpTo, shapeSlackPercent } = settings.config;
  return members > Math.floor((fullMeshUpTo * (100 - shapeSlackPercent)) / 100);
}

/** Live peers that reach each other both ways, directly. */
function groupsOf(sim: World): SimNode[][] {
  const newest = newestOf(sim, sim.live);
  if (!sim.network.anyCut) return [newest];
  const groups: SimNode[][] = [];
  for (const node of newest) {
    const home = groups.find((group) => group.every((other) => canTalk(sim, node, other)));
    if (home === undefined) groups.push([node]);
    else home.push(node);
  }
  return groups;
}

function newestOf(sim: World, nodes: readonly SimNode[]): SimNode[] {
  return nodes.filter((node) => {
    const counts = node.state === 'running' && node.run?.left === false;
    return counts && !sim.nodes.some((other) => isNewerRun(other, node));
  });
}

function isNewerRun(other: SimNode, node: SimNode): boolean {
  if (other.run === undefined || other.run.peer !== node.id) return false;
  return other.run.generation > node.generation;
}

function canTalk(sim: World, one: SimNode, other: SimNode): boolean {
  return !sim.network.isCut(one.name, other.name) && !sim.network.isCut(other.name, one.name);
}

function witness(sim: World, node: SimNode): Witness {
  const { run } = node;
  if (run === undefined) throw new Error(`${node.name} does not run`);
  const status = sim.judge.statusOf(run);
  sim.judge.checkStatus(run, status);
  const links = new Map<Station, number>();
  for (const { partner } of sim.network.endsOf(run)) {
    if (partner !== undefined) links.set(partner, (links.get(partner) ?? 0) + 1);
  }
  const rows = new Map(status.members.map((row) => [row.peer, row]));
  return { node, run, status, rows, links };
}

function compareDeliveries(sim: World, group: readonly SimNode[], found: string[]): void {
  const { delivery } = sim.judge;
  for (const stream of delivery.streams()) {
    // That all have ended it says the hash of their states.
    if (delivery.isOver(stream)) continue;
    let best = 0;
    for (const { run } of group) {
      if (run === undefined) continue;
      const published = run.stream === stream ? delivery.publishedIn(stream) : 0;
      best = Math.max(best, published, delivery.prefixOf(run, stream));
    }
    for (const { name, run } of group) {
      if (run === undefined) continue;
      const has = delivery.prefixOf(run, stream);
      if (has !== best) found.push(`${name} has ${has} of ${best} messages of ${stream}`);
    }
  }
}

function compareSelf(sim: World, one: Witness, group: readonly SimNode[], found: string[]): void {
  const { node, status } = one;
  const live = group.length;
  if (status.isolated) found.push(`${node.name} believes itself isolated`);
  if (status.heldBack > 0 && nothingLost(sim, group)) {
    found.push(`${node.name} holds back ${status.heldBack} batches`);
  }
  if (status.live !== live - 1) {
    found.push(`${node.name} counts ${status.live} live others, not ${live - 1}`);
  }
  if (status.inSync !== live - 1 && !isSparse(sim, live)) {
    found.push(`${node.name} knows ${status.inSync} of ${live - 1} to be in sync`);
  }
  const view = sim.judge.membership.viewOf(one.run);
  for (const row of status.members) {
    const told = view.get(row.peer)?.state;
    if (row.self || told === row.state) continue;
    found.push(`${node.name} reported ${nameOf(sim, row.peer)} as ${told} and lists ${row.state}`);
  }
}

/**
 * Whether some peer of the group has delivered every message ever published. What died with its author may
 * leave a batch of somebody else waiting for ever for its cause.
 */
function nothingLost(sim: World, group: readonly SimNode[]): boolean {
  const { delivery } = sim.judge;
  return delivery.streams().every((stream) => {
    if (delivery.isOver(stream)) return true;
    const published = delivery.publishedIn(stream);
    return group.some(({ run }) => {
      return run !== undefined && delivery.prefixOf(run, stream) === published;
    });
  });
}

function compareMembers(
  sim: World,
  one: Witness,
  group: readonly Witness[],
  found: string[],
): void {
  const sparse = isSparse(sim, group.length);
  for (const other of group) {
    if (other === one) continue;
    compareLinks(one, other, sparse, found);
    const row = one.rows.get(other.node.id);
    const own = other.rows.get(other.node.id);
    const seen = `${one.node.name} sees ${other.node.name}`;
    if (row?.state !== 'alive') {
      found.push(`${seen} ${row?.state ?? 'not at all'}`);
    } else if (row.generation !== own?.generation || row.incarnation !== own.incarnation) {
      found.push(`${seen} as run ${row.generation}.${row.incarnation}, which is over`);
    } else if (one.status.stateHash !== other.status.stateHash) {
      found.push(`${one.node.name} and ${other.node.name} have different state hashes`);
    }
  }
  if (!sim.network.anyCut) compareEnded(sim, one, found);
}

/** What both ends hold is what is listed: one link, or where not everybody is linked none. */
function compareLinks(one: Witness, other: Witness, sparse: boolean, found: string[]): void {
  const linked = one.rows.get(other.node.id)?.link !== undefined;
  const links = one.links.get(other.run) ?? 0;
  if (!linked && !sparse) found.push(`${one.node.name} sees ${other.node.name} without a link`);
  else if (links !== (linked ? 1 : 0)) {
    found.push(`${one.node.name} and ${other.node.name} have ${links} links`);
  }
}

/** Ended peers, and frozen ones, are dead or left to everybody who knows them. */
function compareEnded(sim: World, one: Witness, found: string[]): void {
  for (const node of sim.nodes) {
    const ended = node.state !== 'running' && node.state !== 'new';
    if (!ended || sim.live.some((other) => other.id === node.id)) {
      continue;
    }
    const state = one.rows.get(node.id)?.state;
    if (state === undefined || state === 'dead' || state === 'left') continue;
    found.push(`${one.node.name} sees ${node.name} ${state}, which is ${node.state}`);
  }
}

/** Everybody lists the same members in the same standing. */
function compareTables(group: readonly Witness[], found: string[]): void {
  const [first, ...rest] = group.map((one) => ({ one, table: tableOf(one) }));
  if (first === undefined) return;
  for (const { one, table } of rest) {
    if (table === first.table) continue;
    found.push(
      `${first.one.node.name} and ${one.node.name} list members differently: ` +
        `${first.table} | ${table}`,
    );
  }
}

function tableOf(one: Witness): string {
  return one.status.members
    .map((row) => {
      const standing = `${row.generation}.${row.incarnation}.${row.state}`;
      return `${row.peer.slice(0, 4)}.${standing}.${row.meta.length}`;
    })
    .sort()
    .join(' ');
}

function nameOf(sim: World, peer: PeerId): string {
  return sim.nodes.find((node) => node.id === peer)?.name ?? peer;
}
