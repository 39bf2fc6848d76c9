import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Registry } from 'prom-client';
import { PeerError, reasonOf } from '../errors.js';
import { LINK_PATH } from '../links/web-socket-wire.js';
import { cleanLine } from '../text.js';
import { judgeAccess } from './access.js';
import { HttpConnections } from './connections.js';
import type { Health, HealthReport, ReadinessCheck } from './health.js';
import type { Measure } from './measure.js';
import { addMeasure, createMetrics, type Readings } from './metrics.js';
import { OPEN_METRICS_CONTENT_TYPE, OPEN_METRICS_TYPE, openMetricsText } from './open-metrics.js';
import type { DenialHandler, HttpHandler, PeerHttp, UpgradeHandler } from './peer-http.js';
import { Routes } from './routes.js';

/** What the services of a peer need. */
export interface HttpServicesOptions {
  /** Shown by whoever asks from elsewhere. */
  readonly token: string | undefined;
  readonly connectionsMax: number;
  readonly health: Health;
  readonly readings: Readings;
  readonly warn: (code: string, message: string) => void;
}

/** What an upgrade is refused with. */
export interface UpgradeRefusal {
  readonly status: number;
  readonly reason: string;
}

/** Who takes upgrades of a path. */
interface Upgrades {
  readonly handler: UpgradeHandler;
  readonly denied: DenialHandler | undefined;
}

const [NOT_FOUND, NOT_ALLOWED, FAILED, UNAVAILABLE] = [404, 405, 500, 503];
const FULL = 'Too many HTTP connections are open: try again later.';

/** Everything that the port of a peer serves beside its links. */
export class HttpServices implements PeerHttp {
  readonly #options: HttpServicesOptions;
  readonly #connections: HttpConnections;
  readonly #requests = new Routes<HttpHandler>();
  readonly #upgrades = new Routes<Upgrades>();
  readonly #measures = new Set<Measure>();
  #metrics: Registry | undefined;

  constructor(options: HttpServicesOptions) {
    this.#options = options;
    this.#connections = new HttpConnections(options.connectionsMax);
    const { health } = options;
    this.#requests.add(
      '/healthz',
      reading((response) => tell(response, health.alive())),
    );
    this.#requests.add(
      '/readyz',
      reading((response) => tell(response, health.ready())),
    );
    this.#requests.add(
      '/metrics',
      reading((response, request) => this.#scrape(response, request)),
    );
  }

  get metrics(): Registry {
    if (this.#metrics === undefined) {
      this.#metrics = createMetrics(this.#options.readings);
      for (const measure of this.#measures) addMeasure(this.#metrics, measure);
    }
    return this.#metrics;
  }

  measure(measure: Measure): () => void {
    if (this.#metrics !== undefined) addMeasure(this.#metrics, measure);
    this.#measures.add(measure);
    return () => {
      if (this.#measures.delete(measure)) this.#metrics?.removeSingleMetric(measure.name);
    };
  }

  route(prefix: string, handler: HttpHandler): () => void {
    return this.#requests.add(notTheLinks(prefix), handler);
  }

  upgrade(prefix: string, handler: UpgradeHandler, denied?: DenialHandler): () => void {
    return this.#upgrades.add(notTheLinks(prefix), { handler, denied });
  }

  readiness(name: string, check: ReadinessCheck): () => void {
    return this.#options.health.addReadiness(name, check);
  }

  liveness(name: string, check: ReadinessCheck): () => void {
    return this.#options.health.addLiveness(name, check);
  }

  /** Answers a request. @returns whether it was let in: then its connection has a place here */
  serve(request: IncomingMessage, response: ServerResponse): boolean {
    const denial = judgeAccess(request, this.#options.token);
    if (denial !== undefined) {
      if (denial.status === 401) response.setHeader('www-authenticate', 'Bearer');
      sendAway(response, denial.status, denial.reason);
      return false;
    }
    const handler = this.#requests.find(pathOf(request));
    if (handler === undefined) {
      sendAway(response, NOT_FOUND, 'Not found.');
      return false;
    }
    const leave = this.#connections.enter(request.socket);
    if (leave === undefined) {
      sendAway(response, UNAVAILABLE, FULL);
      return false;
    }
    response.once('close', leave);
    this.#run(
      request,
      () => handler(request, response),
      () => {
        if (response.headersSent) response.destroy();
        else sendAway(response, FAILED, 'This request failed: the peer warned why.');
      },
    );
    return true;
  }

  /** Hands an upgrade to whoever serves its path. @returns why not, or undefined when it was taken */
  serveUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): UpgradeRefusal | undefined {
    const denial = judgeAccess(request, this.#options.token);
    const upgrades = this.#upgrades.find(pathOf(request));
    if (denial !== undefined && upgrades?.denied === undefined) return denial;
    if (upgrades === undefined) return { status: NOT_FOUND, reason: 'Not found.' };
    // It is held until it closes: an upgraded connection is never idle.
    if (this.#connections.enter(socket) === undefined) {
      return { status: UNAVAILABLE, reason: FULL };
    }
    this.#run(
      request,
      () => {
        if (denial === undefined) return upgrades.handler(request, socket, head);
        return upgrades.denied?.(denial, request, socket, head);
      },
      () => socket.destroy(),
    );
    return undefined;
  }

  /** Whether a connection was let in for HTTP before. */
  holds(socket: Duplex): boolean {
    return this.#connections.has(socket);
  }

  /** Cuts every connection that was let in. */
  close(): void {
    this.#connections.close();
    this.#metrics?.clear();
  }

  /** A handler that breaks is told as a warning, and costs nobody but its own client. */
  #run(request: IncomingMessage, handle: () => void | Promise<void>, failed: () => void): void {
    const onFailed = (error: unknown): void => {
      const where = cleanLine(`${request.method ?? ''} ${pathOf(request)}`);
      this.#options.warn('http-failed', `${where}: ${reasonOf(error)}`);
      failed();
    };
    try {
      Promise.resolve(handle()).catch(onFailed);
    } catch (error) {
      onFailed(error);
    }
  }

  async #scrape(response: ServerResponse, { headers }: IncomingMessage): Promise<void> {
    const isOpen = headers.accept?.includes(OPEN_METRICS_TYPE) === true;
    const text = isOpen ? await openMetricsText(this.metrics) : await this.metrics.metrics();
    const type = isOpen ? OPEN_METRICS_CONTENT_TYPE : this.metrics.contentType;
    response.writeHead(200, { 'content-type': type });
    response.end(text);
  }
}

/** The path of a request, without its query. */
export function pathOf(request: IncomingMessage): string {
  const url = request.url ?? '';
  const query = url.indexOf('?');
  return query < 0 ? url : url.slice(0, query);
}

function notTheLinks(prefix: string): string {
  if (prefix !== LINK_PATH) return prefix;
  throw new PeerError('route-taken', `${LINK_PATH} is where peers speak`);
}

/** Only what reads is answered. */
function reading(
  answer: (response: ServerResponse, request: IncomingMessage) => void | Promise<void>,
): HttpHandler {
  return (request, response) => {
    if (request.method === 'GET' || request.method === 'HEAD') return answer(response, request);
    response.setHeader('allow', 'GET, HEAD');
    return sendAway(response, NOT_ALLOWED, 'Only GET and HEAD.');
  };
}

function tell(response: ServerResponse, report: HealthReport): void {
  response.writeHead(report.ok ? 200 : UNAVAILABLE, {
    'content-type': 'application/json',
    'cache-control': 'no-store',
  });
  response.end(`${JSON.stringify(report)}\n`);
}

/** One line, and the connection ends. */
function sendAway(response: ServerResponse, status: number, line: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' });
  response.end(`${line}\n`);
}
