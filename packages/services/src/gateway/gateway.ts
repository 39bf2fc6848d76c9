import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { seededRandom } from '@hearsay/core';
import type { Services } from '../api/types.js';
import type { HealthState } from '../health/provider-health.js';
import type { BreakerState } from '../resilience/breaker.js';
import { ReverseProxy } from './reverse-proxy.js';
import { sendError } from './send-error.js';
import { answerByService } from './service-route.js';
import { UpstreamChecks } from './upstream-checks.js';
import { type Upstream, Upstreams } from './upstreams.js';

/** A path that is answered by a service. */
export interface ServiceRoute {
  readonly path: string;
  readonly service: string;
}

export interface GatewayOptions {
  readonly services: Services;
  readonly routes?: readonly ServiceRoute[];
  /** HTTP servers for every other path. */
  readonly upstreams?: readonly URL[];
  /** Asked of each upstream every 2 s; anything below 500 is well. Default `/`. */
  readonly healthPath?: string;
  /** Default 1 MiB. */
  readonly bodyBytesMax?: number;
  /** Default 30,000. */
  readonly timeoutMs?: number;
  /** Default 1,024. */
  readonly requestsMax?: number;
  /** Told when the health or the breaker of an upstream is another than before. */
  readonly onUpstream?: (view: UpstreamView) => void;
}

/** How an upstream stands. */
export interface UpstreamView {
  readonly url: string;
  readonly health: HealthState;
  readonly breaker: BreakerState;
  readonly inFlight: number;
  readonly served: number;
  readonly failed: number;
}

/** A load balancer in front of services of the mesh and of HTTP servers. */
export interface Gateway {
  handle(request: IncomingMessage, response: ServerResponse): void;
  upstreams(): readonly UpstreamView[];
  close(): void;
}

const MIB = 1_048_576;
const TIMEOUT_MS = 30_000;
const REQUESTS_MAX = 1_024;
const NOT_FOUND = 404;
const FAILED = 500;

/** Makes a gateway; its `handle` goes into any HTTP server, or into `peer.http.route`. */
export function createGateway(options: GatewayOptions): Gateway {
  const { services, routes = [], upstreams: urls = [] } = options;
  const { bodyBytesMax = MIB, timeoutMs = TIMEOUT_MS, requestsMax = REQUESTS_MAX } = options;
  const random = seededRandom(randomBytes(16).toString('hex'));
  const upstreams = new Upstreams(urls, {
    random,
    readMs: () => performance.now(),
    onChange: (upstream) => options.onUpstream?.(viewOf(upstream)),
  });
  const proxy = new ReverseProxy({ upstreams, bodyBytesMax, timeoutMs, requestsMax });
  const checks = new UpstreamChecks(upstreams, options.healthPath ?? '/');
  const byPath = new Map(routes.map(({ path, service }) => [path, service]));
  return {
    handle: (request, response) => {
      const [path = '/'] = (request.url ?? '/').split('?', 1);
      const service = byPath.get(path);
      if (service === undefined) {
        if (urls.length > 0) proxy.pass(request, response);
        else sendError(response, NOT_FOUND, 'Not found');
        return;
      }
      const route = { services, service, bodyBytesMax, timeoutMs };
      answerByService(route, request, response).catch(() => sendError(response, FAILED, 'Failed'));
    },
    upstreams: () => upstreams.all.map(viewOf),
    close: () => {
      checks.close();
      proxy.close();
    },
  };
}

function viewOf({ id, health, breaker, inFlight, served, failed }: Upstream): UpstreamView {
  return { url: id, health: health.state, breaker: breaker.state, inFlight, served, failed };
}
