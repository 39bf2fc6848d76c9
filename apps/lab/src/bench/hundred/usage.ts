import type { HostRecord } from './protocol.js';

export type UsageRecord = Extract<HostRecord, { kind: 'usage' }>;

/** What some processes and all peers in them used so far. */
export interface Usage {
  readonly processorMs: number;
  readonly residentBytes: number;
  readonly bytesOut: number;
  readonly handshakes: number;
  /** Of each peer. */
  readonly links: readonly number[];
  /** Of each peer. */
  readonly stateHashes: readonly string[];
}

export function sumOf(records: readonly UsageRecord[]): Usage {
  const peers = records.flatMap((record) => record.peers);
  return {
    processorMs: sum(records.map(({ processorMs }) => processorMs)),
    residentBytes: sum(records.map(({ residentBytes }) => residentBytes)),
    bytesOut: sum(peers.map(({ bytesOut }) => bytesOut)),
    handshakes: sum(peers.map(({ handshakes }) => handshakes)),
    links: peers.map(({ links }) => links),
    stateHashes: peers.map(({ stateHash }) => stateHash),
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
