import type { CutMode } from '../network/route.js';
import type { MessageFaults, NetworkSettings } from '../network/settings.js';
import { Fields, RequestError } from './fields.js';

/** Whom a fault meets: peers by name (a, b, c, ...), or so many drawn from the seed. */
export type Victims = number | readonly string[];

/** Something done to a mesh at a time, and undone after another, or at the end. */
export type Fault = { readonly atMs: number; readonly forMs: number | undefined } & (
  | { readonly kind: 'kill' | 'power-off' | 'freeze' | 'leave'; readonly peers: Victims }
  | {
      readonly kind: 'stall';
      readonly peers: Victims;
      readonly stallMs: number;
      readonly everyMs: number;
    }
  | {
      readonly kind: 'cut';
      /** Cut off from everybody else. */
      readonly peers: Victims;
      readonly mode: CutMode;
      readonly oneWay: boolean;
    }
  | { readonly kind: 'clock'; readonly peers: Victims; readonly offMs: number }
);

/** A scenario as it stands in a file. */
export interface Spec {
  readonly name: string;
  readonly summary: string;
  readonly peers: number;
  readonly durationMs: number;
  readonly seed: string;
  readonly network: Partial<NetworkSettings>;
  readonly messageFaults: MessageFaults;
  readonly senders: { readonly peers: number; readonly everyMs: number; readonly bytes: number };
  /** One peer is killed every so often, and is back after so long. */
  readonly churn: { readonly everyMs: number; readonly downMs: number } | undefined;
  readonly faults: readonly Fault[];
  /** After everything is mended all agree within this. */
  readonly convergeMs: number;
}

const PEERS_MAX = 1_000;
const SECONDS_MAX = 1_000_000;
const MS_MAX = 60_000;
const MS = 1_000;
const KINDS = ['kill', 'power-off', 'freeze', 'leave', 'stall', 'cut', 'clock'] as const;

/**
 * Reads a scenario.
 * @param path its file, for messages
 * @throws RequestError what is wrong, and where
 */
export function readSpec(path: string, text: string): Spec {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new RequestError(`${path}: no JSON: ${error instanceof Error ? error.message : ''}`);
  }
  const fields = new Fields(path, value);
  const peers = fields.count('peers', 2, PEERS_MAX);
  const spec: Spec = {
    name: fields.text('name'),
    summary: fields.text('summary', ''),
    peers,
    durationMs: MS * fields.number('seconds', 0, SECONDS_MAX),
    seed: fields.text('seed', '1'),
    ...readNetwork(path, fields.raw('network') ?? {}),
    senders: readSenders(path, fields.raw('senders') ?? {}, peers),
    churn: fields.has('churn') ? readChurn(path, fields.raw('churn')) : undefined,
    faults: fields
      .list('faults')
      .map((fault, index) => readFault(`${path}: fault ${index + 1}`, fault)),
    convergeMs: MS * fields.number('convergeWithinSeconds', 0, SECONDS_MAX, 60),
  };
  fields.end();
  return spec;
}

function readNetwork(path: string, value: unknown): Pick<Spec, 'network' | 'messageFaults'> {
  const fields = new Fields(`${path}: "network"`, value);
  const latencyMs = fields.has('latencyMs') ? readLatency(fields) : undefined;
  const bandwidth = fields.has('kilobytesPerSecond')
    ? fields.number('kilobytesPerSecond', 1, 1e9)
    : undefined;
  const messageFaults = {
    lossPerMille: 10 * fields.number('lossPercent', 0, 100, 0),
    duplicatePerMille: 10 * fields.number('duplicatePercent', 0, 100, 0),
    latePerMille: 10 * fields.number('latePercent', 0, 100, 0),
    lateMs: fields.number('lateMs', 0, MS_MAX, 100),
  };
  fields.end();
  const network: Partial<NetworkSettings> = {
    ...(latencyMs !== undefined && { latencyMs }),
    ...(bandwidth !== undefined && { bandwidthBytesPerMs: bandwidth }),
  };
  return { network, messageFaults };
}

function readLatency(fields: Fields): number | readonly [number, number] {
  const value = fields.raw('latencyMs');
  const bounds: readonly unknown[] = Array.isArray(value) ? value : [value, value];
  const [min, max] = bounds;
  const isRange = typeof min === 'number' && typeof max === 'number' && bounds.length === 2;
  if (!isRange || !(min >= 0 && min <= max && max <= MS_MAX)) {
    throw new RequestError(
      `${fields.at('latencyMs')} takes a number, or [min, max], up to ${MS_MAX}`,
    );
  }
  return [min, max];
}

function readSenders(path: string, value: unknown, peers: number): Spec['senders'] {
  const fields = new Fields(`${path}: "senders"`, value);
  const senders = {
    peers: fields.count('peers', 0, peers, peers),
    everyMs: fields.number('everyMs', 1, MS * SECONDS_MAX, 1_000),
    bytes: fields.count('bytes', 0, 32_768, 100),
  };
  fields.end();
  return senders;
}

function readChurn(path: string, value: unknown): Spec['churn'] {
  const fields = new Fields(`${path}: "churn"`, value);
  const churn = {
    everyMs: MS * fields.number('everySeconds', 0.001, SECONDS_MAX),
    downMs: MS * fields.number('downSeconds', 0, SECONDS_MAX, 5),
  };
  fields.end();
  return churn;
}

function readFault(path: string, value: unknown): Fault {
  const fields = new Fields(path, value);
  const kind = fields.choice('kind', KINDS);
  const peers = readVictims(fields);
  const atMs = MS * fields.number('atSeconds', 0, SECONDS_MAX);
  const forMs = fields.has('forSeconds')
    ? MS * fields.number('forSeconds', 0, SECONDS_MAX)
    : undefined;
  const fault = { atMs, forMs, ...readKind(kind, peers, fields) };
  fields.end();
  return fault;
}

type Doing = Fault extends infer One
  ? One extends Fault
    ? Omit<One, 'atMs' | 'forMs'>
    : never
  : never;

function readKind(kind: (typeof KINDS)[number], peers: Victims, fields: Fields): Doing {
  switch (kind) {
    case 'stall': {
      const stallMs = fields.number('stallMs', 1, MS_MAX);
      return { kind, peers, stallMs, everyMs: fields.number('everyMs', stallMs, MS_MAX * MS) };
    }
    case 'cut': {
      const mode = fields.choice('mode', ['hold', 'lose'] as const, 'hold');
      return { kind, peers, mode, oneWay: fields.flag('oneWay') };
    }
    case 'clock':
      return { kind, peers, offMs: fields.number('offMs', -1e9, 1e9) };
    default:
      return { kind, peers };
  }
}

function readVictims(fields: Fields): Victims {
  const value = fields.raw('peers');
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1) return value;
  const names = Array.isArray(value) ? value.filter((name) => typeof name === 'string') : [];
  if (Array.isArray(value) && names.length === value.length && names.length > 0) return names;
  throw new RequestError(
    `${fields.at('peers')} takes a count, or a list of names such as ["a", "b"]`,
  );
}
