import { PEERS_MAX } from '../cluster/cluster.js';
import { LabError } from '../errors.js';
import { Fields } from './fields.js';
import type { Action, Expectation, Step, Story } from './story.js';

/** Of peers that a story only counts. */
const NICKS = [
  ...['ana', 'bob', 'cy', 'dia', 'eve', 'fay', 'gus', 'hal'],
  ...['ida', 'jo', 'kim', 'leo', 'mia', 'ned', 'oz', 'pia'],
] as const;
const NICK_PATTERN = /^[a-z][a-z0-9_-]{0,15}$/;
const STEPS_MAX = 1_000;
const REPEATS_MAX = 100;
const SAID_MAX = 10_000;
const TEXT_BYTES_MAX = 30_000;
const DEFAULT_WITHIN_MS = 30_000;
/** As fast as loopback could ever be. */
const RATE_MAX = 2 ** 40;
const SAMPLE_BYTES = 40;

const ACTIONS = [
  ...(['start', 'restart', 'rolling-restart', 'kill', 'freeze', 'thaw', 'leave'] as const),
  ...(['say', 'burst', 'write', 'cut', 'cut-one-way', 'heal', 'link'] as const),
  ...(['stall', 'drop', 'half-open', 'flip', 'wait'] as const),
] satisfies readonly Action['kind'][];
const EXPECTATIONS = [
  ...(['sees', 'agree', 'holds', 'caches', 'live', 'notice'] as const),
] satisfies readonly Expectation['kind'][];

/**
 * Reads a story file.
 * @param text JSON
 * @param file as errors name it
 * @param name as reports call the story
 * @throws LabError `usage`, with the file and the field
 */
export function readStory(text: string, file: string, name: string): Story {
  const fields = new Fields(parse(text, file), file);
  const peers = peersOf(fields);
  const story: Story = {
    name,
    about: fields.text('about'),
    peers,
    convergeMs: fields.duration('converge', DEFAULT_WITHIN_MS),
    steps: stepsOf(fields.list('steps'), `${file}: steps`, peers),
  };
  fields.done();
  if (story.steps.length > STEPS_MAX) {
    fields.fail('steps', `are at most ${STEPS_MAX}, repeats written out`);
  }
  return story;
}

/**
 * Reads one action, as a step of a story writes it.
 * @throws LabError `usage`, with the field
 */
export function readAction(line: string, peers: readonly string[]): Action {
  const fields = new Fields(parse(line, 'the line'), 'the line');
  const action = actionOf(fields, peers);
  fields.done();
  return action;
}

/** The first nicks that the lab gives out. */
export function defaultNicks(count: number): readonly string[] {
  return NICKS.slice(0, count);
}

function parse(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new LabError('usage', `${file} is not JSON: ${reason}`, { cause: error });
  }
}

function peersOf(fields: Fields): readonly string[] {
  if (!fields.isList('peers'))
    return defaultNicks(fields.count('peers', { min: 2, max: PEERS_MAX }));
  const names = fields.list('peers');
  const nicks = names.filter((each) => typeof each === 'string' && NICK_PATTERN.test(each));
  const right = nicks.length === names.length && new Set(nicks).size === nicks.length;
  if (!right || nicks.length < 2 || nicks.length > PEERS_MAX) {
    fields.fail('peers', `is a number from 2 to ${PEERS_MAX}, or as many different nicks`);
  }
  return nicks.map(String);
}

function stepsOf(list: readonly unknown[], place: string, peers: readonly string[]): Step[] {
  return list.flatMap((value, index) => stepOf(value, `${place}[${index}]`, peers));
}

function stepOf(value: unknown, place: string, peers: readonly string[]): Step[] {
  const fields = new Fields(value, place);
  if (fields.has('repeat')) {
    const times = fields.count('repeat', { min: 1, max: REPEATS_MAX });
    const steps = stepsOf(fields.list('steps'), `${place}.steps`, peers);
    fields.done();
    return Array.from({ length: times }, () => steps).flat();
  }
  const atMs = fields.has('at') ? fields.duration('at') : undefined;
  const step: Step = fields.has('expect')
    ? { kind: 'expect', atMs, expectation: expectationOf(fields, peers) }
    : { kind: 'do', atMs, action: actionOf(fields, peers) };
  fields.done();
  return [step];
}

function actionOf(fields: Fields, peers: readonly string[]): Action {
  const kind = fields.oneOf('do', ACTIONS);
  switch (kind) {
    case 'start':
    case 'restart':
      return { kind, who: fields.names('who', peers), clockMs: fields.duration('clock', 0, true) };
    case 'rolling-restart':
      return { kind, who: fields.names('who', peers), withinMs: withinOf(fields) };
    case 'kill':
    case 'freeze':
    case 'thaw':
    case 'leave':
      return { kind, who: fields.names('who', peers) };
    case 'say':
      return { kind, who: fields.names('who', peers), text: fields.text('text') };
    case 'burst':
    case 'write':
      return {
        kind,
        who: fields.names('who', peers),
        count: fields.count('count', { min: 1, max: SAID_MAX }),
        bytes: fields.count('bytes', { min: 1, max: TEXT_BYTES_MAX, fallback: SAMPLE_BYTES }),
        everyMs: fields.duration('every', 0),
        meanwhile: fields.flag('meanwhile'),
      };
    case 'cut':
      return { kind, groups: groupsOf(fields, peers) };
    case 'cut-one-way':
      return { kind, from: fields.names('from', peers), to: fields.names('to', peers) };
    case 'heal':
      return { kind };
    case 'link':
      return {
        kind,
        from: fields.names('from', peers),
        to: fields.names('to', peers),
        delayMs: fields.duration('delay', 0),
        jitterMs: fields.duration('jitter', 0),
        bytesPerSecond: fields.has('rate')
          ? fields.count('rate', { min: 1, max: RATE_MAX })
          : undefined,
      };
    case 'stall':
    case 'drop':
    case 'half-open':
      return { kind, between: pairOf(fields, peers) };
    case 'flip':
      return {
        kind,
        from: fields.names('from', peers),
        to: fields.names('to', peers),
        times: fields.count('times', { min: 1, max: SAID_MAX, fallback: 1 }),
      };
    case 'wait':
      return { kind, forMs: fields.duration('for') };
  }
}

function expectationOf(fields: Fields, peers: readonly string[]): Expectation {
  const kind = fields.oneOf('expect', EXPECTATIONS);
  const withinMs = withinOf(fields);
  switch (kind) {
    case 'sees':
      return {
        ...{ kind, withinMs },
        who: fields.names('who', peers),
        as: fields.oneOf('as', ['alive', 'suspect', 'dead', 'left'] as const),
        by: fields.has('by') ? fields.names('by', peers) : undefined,
      };
    case 'agree':
    case 'holds':
    case 'caches':
      return { kind, withinMs };
    case 'live': {
      const who = fields.names('who', peers);
      return { kind, withinMs, who, count: fields.count('count', { min: 0, max: PEERS_MAX }) };
    }
    case 'notice':
      return { kind, withinMs, by: fields.names('by', peers), name: fields.text('name') };
  }
}

function withinOf(fields: Fields): number {
  return fields.duration('within', DEFAULT_WITHIN_MS);
}

/** Each peer is in one group at most; one in none keeps all its wires. */
function groupsOf(fields: Fields, peers: readonly string[]): readonly (readonly string[])[] {
  const rule = `is a list of two groups or more, each a list of ${peers.join(', ')}, none twice`;
  const groups = fields.list('groups').map((group) => {
    const names: unknown[] = Array.isArray(group) ? group : fields.fail('groups', rule);
    return names.map((each) => {
      if (typeof each === 'string' && peers.includes(each)) return each;
      return fields.fail('groups', rule);
    });
  });
  const all = groups.flat();
  if (groups.length < 2 || new Set(all).size !== all.length) fields.fail('groups', rule);
  return groups;
}

function pairOf(fields: Fields, peers: readonly string[]): readonly [string, string] {
  const [one, other, ...more] = fields.names('between', peers);
  if (one !== undefined && other !== undefined && more.length === 0) return [one, other];
  return fields.fail('between', 'is a list of two peers');
}
