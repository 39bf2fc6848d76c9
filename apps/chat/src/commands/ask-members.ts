import { Buffer } from 'node:buffer';
import { localPeersOf, type StoredNetwork } from '@hearsay/node';
import { type ToldMembers, toldMembers } from '../json/told-members.js';
import { toldMembersBytesMax } from '../limits.js';
import { MEMBERS_PATH } from './serve-members.js';

/** A peer that is frozen does not answer; another one may. */
const ANSWER_MS = 500;
/** So many are asked, one after the other. */
const ASKED_MAX = 4;

/**
 * Whom a peer that runs on this machine knows: it has been there for longer than a command that joins now,
 * and knows since when the others are as they are. Undefined when none answers, or none is a chat.
 */
export async function askMembers(
  { network }: StoredNetwork,
  timeoutMs: number,
): Promise<ToldMembers | undefined> {
  const deadlineMs = performance.now() + timeoutMs;
  for (const { address } of (await localPeersOf(network)).slice(0, ASKED_MAX)) {
    const restMs = Math.min(ANSWER_MS, deadlineMs - performance.now());
    if (restMs <= 0) return undefined;
    const told = await ask(address, Math.ceil(restMs)).catch(() => undefined);
    if (told !== undefined) return told;
  }
  return undefined;
}

async function ask(address: string, timeoutMs: number): Promise<ToldMembers | undefined> {
  const signal = AbortSignal.timeout(timeoutMs);
  const response = await fetch(`http://${address}${MEMBERS_PATH}`, { signal, redirect: 'error' });
  if (!response.ok || response.body === null) return undefined;
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of response.body) {
    bytes += part.byteLength;
    if (bytes > toldMembersBytesMax) return undefined;
    parts.push(part);
  }
  return toldMembers(JSON.parse(Buffer.concat(parts).toString('utf8')));
}
