import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { clockMs } from '../../clock.js';
import type { Arrivals } from './arrivals.js';
import { createPayload } from './payload.js';
import type { AgentCommand, PublishedRecord } from './protocol.js';
import type { BroadcastSystem } from './system.js';

/** While flooding, this many messages are published before the event loop gets its turn. */
const messagesPerTurn = 64;

type Trickle = Extract<AgentCommand, { do: 'trickle' }>;
type Flood = Extract<AgentCommand, { do: 'flood' }>;

/** Publishes at fixed times, whatever becomes of the messages. */
export async function trickle(
  system: BroadcastSystem,
  origin: number,
  { phase, messages, intervalMs, bytes }: Trickle,
): Promise<PublishedRecord> {
  const startedAtMs = clockMs();
  for (let sent = 0; sent < messages; sent += 1) {
    await sleep(Math.max(0, startedAtMs + sent * intervalMs - clockMs()));
    await system.publish(createPayload(bytes, origin, phase));
  }
  return { kind: 'published', phase, messages, startedAtMs };
}

/** Publishes for a while as fast as the system takes it. */
export async function flood(
  system: BroadcastSystem,
  origin: number,
  { phase, bytes, forMs }: Flood,
  arrivals: Arrivals,
): Promise<PublishedRecord> {
  const startedAtMs = clockMs();
  const endMs = startedAtMs + forMs;
  let messages = 0;
  while (clockMs() < endMs) {
    let pressure = system.pressure();
    for (let turn = 0; turn < messagesPerTurn && pressure === undefined; turn += 1) {
      if (system.aheadMax !== undefined) {
        await arrivals.slowestReaches(phase, messages - system.aheadMax, endMs);
        if (clockMs() >= endMs) break;
      }
      const sent = system.publish(createPayload(bytes, origin, phase));
      if (sent !== undefined) await sent;
      messages += 1;
      pressure = system.pressure();
    }
    if (pressure === undefined) await nextTurn();
    else await pressure;
  }
  return { kind: 'published', phase, messages, startedAtMs };
}
