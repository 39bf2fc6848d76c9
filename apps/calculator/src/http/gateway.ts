import { openServices } from '@hearsay/services';
import { exportMetrics } from '@hearsay/services/metrics';
import { type PeerFlags, startPeer, untilAsked } from '../service/start-peer.js';
import { answerCalculate } from './calculate.js';

/** `hearsay-calculator gateway`: a peer that answers `POST /calculate`, until it is asked to end. */
export async function gateway(flags: PeerFlags): Promise<void> {
  const peer = await startPeer('gateway', flags);
  const services = openServices(peer);
  exportMetrics(services, peer.http.metrics);
  peer.http.route('/calculate', (request, response) =>
    answerCalculate(services, request, response),
  );
  process.stdout.write(`POST to ${peer.url.replace('ws:', 'http:')}/calculate\n`);
  await untilAsked();
  services.close();
  await peer.leave({ flushMs: 0 });
}
