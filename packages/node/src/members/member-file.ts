import { open } from 'node:fs/promises';
import { type Address, type PeerId, peerId } from '@hearsay/core';
import { parseDialAddress } from '../address.js';
import { hash } from '../crypto/hash.js';
import { reasonOf, systemCode } from '../errors.js';
import { replaceFile } from '../files/durable-file.js';
import { MEMBERS_FILE_BYTES_MAX } from '../limits.js';

/** A member as it is remembered over restarts. */
export interface SavedMember {
  readonly peer: PeerId;
  /** Where it could be dialled, best first. */
  readonly addresses: readonly Address[];
  /** When it was last heard, in milliseconds since 1970; 0 for one that was only heard of. */
  readonly seenMs: number;
  /** It was not answering when we last knew. */
  readonly failed: boolean;
}

/** What a file held; `problem` says in a line why it is nothing. */
export interface FoundMembers {
  readonly members: readonly SavedMember[];
  readonly problem: string | undefined;
}

const HEADING = 'hearsay members 1';
const ADDRESSES_MAX = 8;
const CHECK_BYTES = 16;

/** Reads what is there. A file that does not read is a problem, never an error: nothing hangs on it. */
export async function readMembers(path: string): Promise<FoundMembers> {
  try {
    return { members: parseMembers(await readBounded(path)), problem: undefined };
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return { members: [], problem: undefined };
    const problem = `${path} does not read: ${reasonOf(error)}. It is ignored and written anew.`;
    return { members: [], problem };
  }
}

/** Writes so that after a power cut either the old or the new file is there. */
export function writeMembers(path: string, members: readonly SavedMember[]): Promise<void> {
  const body = `${JSON.stringify(members)}\n`;
  return replaceFile(path, `${HEADING} ${checkOf(body)}\n${body}`);
}

async function readBounded(path: string): Promise<string> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    if (size > MEMBERS_FILE_BYTES_MAX) throw new Error('it is too large');
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}

function parseMembers(text: string): readonly SavedMember[] {
  const end = text.indexOf('\n');
  const body = text.slice(end + 1);
  if (text.slice(0, end) !== `${HEADING} ${checkOf(body)}`) {
    throw new Error('its content does not fit its checksum');
  }
  const rows: unknown = JSON.parse(body);
  if (!Array.isArray(rows)) throw new Error('it is no list');
  return rows.map(parseMember);
}

function parseMember(row: unknown): SavedMember {
  if (typeof row !== 'object' || row === null) throw new Error('a row is no object');
  const { peer, addresses, seenMs, failed } = row as Readonly<Record<string, unknown>>; // Checked below.
  if (typeof peer !== 'string' || typeof failed !== 'boolean')
    throw new Error('a row is not whole');
  if (typeof seenMs !== 'number' || !Number.isFinite(seenMs)) throw new Error('a row has no time');
  if (!Array.isArray(addresses) || addresses.length > ADDRESSES_MAX) {
    throw new Error('a row has no addresses');
  }
  return { peer: peerId(peer), addresses: addresses.map(parseSaved), seenMs, failed };
}

function parseSaved(address: unknown): Address {
  if (typeof address !== 'string' || parseDialAddress(address) === undefined) {
    throw new Error('a row has an address that is none');
  }
  return address;
}

function checkOf(body: string): string {
  return Buffer.from(hash([Buffer.from(body)], CHECK_BYTES)).toString('hex');
}
