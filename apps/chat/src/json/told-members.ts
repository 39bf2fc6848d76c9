import type { MemberState, PeerId } from '@hearsay/core';
import type { PeerMember } from '@hearsay/node';

type Fields = Readonly<Record<string, unknown>>;

const STATES: readonly MemberState[] = ['joining', 'alive', 'suspect', 'dead', 'left'];
const ID = /^[0-9a-f]{64}$/;

/** What a peer tells at `/members`. */
export interface ToldMembers {
  /** Itself among them. */
  readonly members: readonly PeerMember[];
  /** Messages it holds. */
  readonly messages: number;
}

/**
 * Reads what another peer told: `memberFields` the other way round. Undefined when any of it is not what
 * our program would have written: another program listens there, or another version of ours.
 */
export function toldMembers(value: unknown): ToldMembers | undefined {
  if (!isObject(value)) return undefined;
  const { members: values, messages } = value;
  if (!Array.isArray(values) || !isCount(messages)) return undefined;
  const members = values.map(toldMember).filter((member) => member !== undefined);
  return members.length === values.length ? { members, messages } : undefined;
}

function toldMember(value: unknown): PeerMember | undefined {
  if (!isObject(value)) return undefined;
  const { id, nick, self, link, addresses, tags, inSync, diverged } = value;
  const state = STATES.find((each) => each === value['state']);
  const numbers = ['forMs', 'gen', 'inc', 'behind', 'ahead'].map((name) => value[name]);
  const ages = ['rttMs', 'heardMs', 'toldMs'].map((name) => value[name] ?? undefined);
  if (typeof id !== 'string' || !ID.test(id) || typeof nick !== 'string') return undefined;
  if (typeof self !== 'boolean' || typeof inSync !== 'boolean') return undefined;
  if (typeof diverged !== 'boolean' || state === undefined) return undefined;
  if (!numbers.every(isCount) || !ages.every((age) => age === undefined || isCount(age))) {
    return undefined;
  }
  if (!isTexts(addresses) || !isObject(tags) || !isTexts(Object.values(tags))) return undefined;
  const [stateForMs = 0, generation = 0, incarnation = 0, lacks = 0, ahead = 0] = numbers;
  const [rttMs, heardMsAgo, toldMsAgo] = ages as (number | undefined)[]; // Each was looked at.
  return {
    id: id as PeerId, // It has the form of one.
    nick,
    label: nick,
    self,
    state,
    stateForMs,
    generation,
    incarnation,
    addresses,
    tags: tags as Readonly<Record<string, string>>, // Each was looked at.
    link: link === 'in' || link === 'out' ? link : 'none',
    rttMs,
    heardMsAgo,
    lacks,
    ahead,
    inSync,
    diverged,
    toldMsAgo,
  };
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && value >= 0;
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string');
}
