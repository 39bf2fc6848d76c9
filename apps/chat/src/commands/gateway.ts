import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  type BreakerView,
  createGateway,
  openServices,
  type ServiceRoute,
  type UpstreamView,
} from '@hearsay/services';
import { EXIT, type ExitCode, Failure } from '../command-line/failure.js';
import { eventLine } from '../json/encode.js';
import { breakerFields, gatewayFields, upstreamFields } from '../json/service-objects.js';
import { sanitiseLine } from '../text/sanitise.js';
import { type ErrandOptions, runErrand } from './errand.js';

export interface GatewayOptions extends ErrandOptions {
  readonly route?: readonly string[];
  readonly upstream?: readonly string[];
  readonly listen?: number;
  readonly healthPath?: string;
  readonly json?: boolean;
}

const DEFAULT_PORT = 7_400;
const SHORT_ID_CHARS = 8;
/** A gateway runs until it is ended; its errand has no deadline. */
const NO_DEADLINE_MS = Number.POSITIVE_INFINITY;

/** `hearsay gateway`: HTTP in front of services and of other HTTP servers, until it is interrupted. */
export function gateway(options: GatewayOptions): Promise<ExitCode> {
  const routes = (options.route ?? []).map(readRoute);
  const upstreams = (options.upstream ?? []).flatMap((urls) => urls.split(',')).map(readUrl);
  if (routes.length + upstreams.length === 0) {
    throw new Failure(
      'nothing to serve: give --route /path=service or --upstream http://host:port',
    );
  }
  const errand = { nick: 'gateway', timeoutMs: NO_DEADLINE_MS, options };
  return runErrand('gateway', errand, async ({ peer, signal }) => {
    const services = openServices(peer);
    const { exportMetrics } = await import('@hearsay/services/metrics');
    exportMetrics(services, peer.http.metrics);
    const { healthPath, json } = options;
    const say = json === true ? sayAsJson : sayAsText;
    services.on('breaker', (breaker) => say({ kind: 'breaker', caller: peer.id, ...breaker }));
    const made = createGateway({
      services,
      routes,
      upstreams,
      onUpstream: (view) => say({ kind: 'upstream', view }),
      ...(healthPath === undefined ? {} : { healthPath }),
    });
    const server = createServer((request, response) => made.handle(request, response));
    try {
      const port = await listen(server, options.listen ?? DEFAULT_PORT, options.host);
      const own = peer.url.replace('ws:', 'http:');
      const url = `http://${options.host ?? '127.0.0.1'}:${port}`;
      say({ kind: 'gateway', url, own, routes });
      await untilAborted(signal);
      return EXIT.ok;
    } finally {
      server.close();
      server.closeAllConnections();
      made.close();
      services.close();
    }
  });
}

/** What a gateway tells while it runs. */
type News =
  | {
      readonly kind: 'gateway';
      readonly url: string;
      /** Of its peer: health and metrics. */
      readonly own: string;
      readonly routes: readonly ServiceRoute[];
    }
  | { readonly kind: 'upstream'; readonly view: UpstreamView }
  | ({ readonly kind: 'breaker' } & BreakerView);

function sayAsJson(news: News): void {
  process.stdout.write(`${eventLine(news.kind, fieldsOf(news), Date.now())}\n`);
}

function fieldsOf(news: News): Readonly<Record<string, unknown>> {
  switch (news.kind) {
    case 'gateway':
      return gatewayFields(news);
    case 'upstream':
      return upstreamFields(news.view);
    case 'breaker':
      return breakerFields(news);
  }
}

function sayAsText(news: News): void {
  process.stdout.write(`${sanitiseLine(wordsOf(news))}\n`);
}

function wordsOf(news: News): string {
  switch (news.kind) {
    case 'gateway':
      return `listening on ${news.url}; health and metrics are at ${news.own}/readyz and /metrics`;
    case 'upstream':
      return `${news.view.url} is ${news.view.health}, its breaker ${news.view.breaker}`;
    case 'breaker':
      return `breaker of ${news.service}${of(news.provider)}: ${news.state}`;
  }
}

function of(provider: string | undefined): string {
  return provider === undefined ? '' : ` at ${provider.slice(0, SHORT_ID_CHARS)}`;
}

function readRoute(text: string): ServiceRoute {
  const [, path, service] = /^(\/[^=]*)=(.+)$/.exec(text) ?? [];
  if (path === undefined || service === undefined) {
    throw new Failure(`not a route: ${JSON.stringify(text)}; write /path=service`);
  }
  return { path, service };
}

function readUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && ['http:', 'https:'].includes(url.protocol)) return url;
  throw new Failure(`not an upstream: ${JSON.stringify(text)}; write http://host:port`);
}

function listen(server: Server, port: number, host = '127.0.0.1'): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      reject(new Failure(`cannot listen on port ${port}: ${error.message}`));
    });
    server.listen(port, host, () => {
      const address = server.address() as AddressInfo; // It listens on TCP.
      resolve(address.port);
    });
  });
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
