import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createGateway, openServices, type ServiceRoute } from '@hearsay/services';
import { EXIT, type ExitCode, Failure } from '../command-line/failure.js';
import { type ErrandOptions, runErrand } from './errand.js';

export interface GatewayOptions extends ErrandOptions {
  readonly route?: readonly string[];
  readonly upstream?: readonly string[];
  readonly listen?: number;
  readonly healthPath?: string;
}

const DEFAULT_PORT = 7_400;
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
    const { healthPath } = options;
    const made = createGateway({
      services,
      routes,
      upstreams,
      ...(healthPath === undefined ? {} : { healthPath }),
    });
    const server = createServer((request, response) => made.handle(request, response));
    try {
      const port = await listen(server, options.listen ?? DEFAULT_PORT, options.host);
      process.stdout.write(`listening on http://${options.host ?? '127.0.0.1'}:${port}\n`);
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
