import { formatTraceParent, openServices } from '@hearsay/services';
import { exportMetrics } from '@hearsay/services/metrics';
import { OPERATIONS } from './operations.js';
import { type PeerFlags, startPeer, untilAsked } from './start-peer.js';

export interface ServeFlags extends PeerFlags {
  readonly nick?: string;
  /** A line for every call, with its trace. */
  readonly log?: boolean;
}

/** `hearsay-calculator serve <operation>`: one copy of one service, until it is asked to end. */
export async function serve(name: string, flags: ServeFlags): Promise<void> {
  const found = OPERATIONS.get(name);
  if (found === undefined) throw new Error(`no such operation: ${name}; ${knownOperations()}`);
  const [operation, calculate] = found;
  const peer = await startPeer(flags.nick ?? name, flags);
  const services = openServices(peer);
  exportMetrics(services, peer.http.metrics);
  if (flags.log === true) {
    services.on('served', ({ outcome, trace, durationMs }) => {
      const line = { service: name, outcome, durationMs, trace: formatTraceParent(trace) };
      process.stdout.write(`${JSON.stringify(line)}\n`);
    });
  }
  services.define(operation, calculate);
  process.stdout.write(`${name} is served by ${peer.url.replace('ws://', '')}\n`);
  await untilAsked();
  await services.drain();
  services.close();
  await peer.leave({ flushMs: 0 });
}

function knownOperations(): string {
  return `there are ${[...OPERATIONS.keys()].join(', ')}`;
}
