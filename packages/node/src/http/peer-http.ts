import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Registry } from 'prom-client';
import type { ReadinessCheck } from './health.js';
import type { Measure } from './measure.js';

/** Answers a request that was let in. What it throws is a 500 and a `warning`. */
export type HttpHandler = (
  request: IncomingMessage,
  response: ServerResponse,
) => void | Promise<void>;

/** Takes over an upgraded connection that was let in. What it throws ends that one, with a `warning`. */
export type UpgradeHandler = (
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
) => void | Promise<void>;

/** Why a request is not answered. */
export interface HttpDenial {
  /** 401: a token is needed, or this is not it. 403: where it comes from, it may not. */
  readonly status: 401 | 403;
  /** One line: what is missing, and what to do. */
  readonly reason: string;
}

/** Sends away whoever asked for an upgrade and may not. */
export type DenialHandler = (
  denial: HttpDenial,
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
) => void;

/**
 * What the port of a peer serves beside its links: `/healthz`, `/readyz`, `/metrics`, and whatever
 * is added. Whoever has `httpToken` may ask from anywhere; without it only programs of this machine
 * and pages that it served itself.
 */
export interface PeerHttp {
  /**
   * Answers requests below a prefix that ends with `/`, or of exactly that path. The longest prefix
   * counts. Read a body with `readBody`, which has a bound.
   * @returns a function that ends it
   * @throws PeerError `route-taken`, `bad-option`
   */
  route(prefix: string, handler: HttpHandler): () => void;
  /**
   * Takes upgrades, WebSockets among them, by the same rules.
   * @param denied tells those who may not ask in a way that their kind of client understands;
   *   without it they get an HTTP answer
   * @throws PeerError as `route`
   */
  upgrade(prefix: string, handler: UpgradeHandler, denied?: DenialHandler): () => void;
  /**
   * Adds a condition to `/readyz`: why it does not hold, or undefined.
   * @returns a function that removes it
   * @throws PeerError `bad-option` when the name is taken
   */
  readiness(name: string, check: ReadinessCheck): () => void;
  /**
   * Adds a condition to `/healthz`, and to `/readyz` with it: one that only a new start of the
   * process mends. Otherwise as `readiness`.
   */
  liveness(name: string, check: ReadinessCheck): () => void;
  /**
   * Adds to `/metrics` without loading anything: it is read at each scrape.
   * @returns a function that takes it away
   */
  measure(measure: Measure): () => void;
  /** What `/metrics` tells; add metrics of your own. Loads `prom-client` when first used. */
  readonly metrics: Registry;
}
