import type { PeerId } from '@hearsay/core';
import type { SimNode } from '../node.js';
import type { Simulation } from '../simulation.js';

/**
 * Nobody can find a peer of which nobody knows an address. Where knowledge is split, one of each
 * part hears of one of another, as by discovery; where it is not, the peers get no help. Only where
 * everybody is to be linked to everybody does each dial whomever it remembers as dead: where not, the
 * parts are the islands.
 */
export function introduce(sim: Simulation, nodes: readonly SimNode[], isSparse: boolean): void {
  const running = nodes.filter((node) => node.state === 'running');
  const areJoined = (one: SimNode, other: SimNode): boolean => {
    return isSparse ? sim.areLinked(one, other) : areAcquainted(one, other);
  };
  const [first, ...rest] = partsOf(running, areJoined);
  const host = first?.[0];
  for (const [guest] of rest) {
    if (guest === undefined || host === undefined) continue;
    guest.discover(host);
    // One with all the neighbours that it wants is in no hurry to dial, the other may be.
    if (isSparse) host.discover(guest);
  }
}

/** Live peers that are linked, or linked to others who are: more than one such group, and they are islands. */
export function islandsOf(sim: Simulation): readonly (readonly SimNode[])[] {
  return partsOf(sim.live, (one, other) => sim.areLinked(one, other));
}

/** Groups in which everybody is joined to everybody, if by way of others. */
function partsOf(
  nodes: readonly SimNode[],
  areJoined: (one: SimNode, other: SimNode) => boolean,
): readonly (readonly SimNode[])[] {
  const parts: SimNode[][] = [];
  for (const node of nodes) {
    const joined = parts.filter((part) => part.some((other) => areJoined(node, other)));
    const merged = [node, ...joined.flat()];
    for (const part of joined) parts.splice(parts.indexOf(part), 1);
    parts.push(merged);
  }
  return parts;
}

function areAcquainted(one: SimNode, other: SimNode): boolean {
  return knows(one, other) || knows(other, one);
}

/** Whether `one` will dial `other` of its own. */
function knows(one: SimNode, other: SimNode): boolean {
  const row = rowOf(one, other.id);
  // Who said goodbye is not looked for.
  if (row?.state === 'left') return false;
  return one.seeds.includes(other.address) || row?.addresses.includes(other.address) === true;
}

function rowOf(
  node: SimNode,
  peer: PeerId,
): ReturnType<SimNode['status']>['members'][number] | undefined {
  return node.status().members.find((row) => row.peer === peer);
}
