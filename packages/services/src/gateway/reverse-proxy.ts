import {
  Agent,
  type ClientRequest,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { request as httpsRequest } from 'node:https';
import { pipeline } from 'node:stream';
import { RetryBudget } from '../resilience/retry-budget.js';
import { sendError } from './send-error.js';
import type { Passage, Upstream, Upstreams } from './upstreams.js';

export interface ReverseProxyOptions {
  readonly upstreams: Upstreams;
  /** Bytes of the body of a request; more is answered with 413, or cut when it was not said before. */
  readonly bodyBytesMax: number;
  /** Milliseconds until the headers of an answer. */
  readonly timeoutMs: number;
  /** Requests under way; one more is answered with 503. */
  readonly requestsMax: number;
}

/** May be sent again: RFC 9110, 9.2.1. */
const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);
/** About one connection, not about the message: RFC 9110, 7.6.1. */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
const [TOO_LARGE, BAD_GATEWAY, UNAVAILABLE, TIMEOUT] = [413, 502, 503, 504];
const FIRST_FAULT = 500;

interface Failure {
  readonly status: number;
  readonly reason: string;
}

const NOBODY: Failure = { status: UNAVAILABLE, reason: 'Service unavailable' };

/** Passes requests on to one of several HTTP servers, bodies streamed both ways. */
export class ReverseProxy {
  readonly #options: ReverseProxyOptions;
  readonly #agent = new Agent({ keepAlive: true });
  readonly #budget = new RetryBudget();
  #requests = 0;

  constructor(options: ReverseProxyOptions) {
    this.#options = options;
  }

  get inFlight(): number {
    return this.#requests;
  }

  /** Answers a request with what an upstream answers. */
  pass(request: IncomingMessage, response: ServerResponse): void {
    const { bodyBytesMax, requestsMax } = this.#options;
    if (Number(request.headers['content-length'] ?? 0) > bodyBytesMax) {
      return sendError(response, TOO_LARGE, `The body is over ${bodyBytesMax} bytes`);
    }
    if (this.#requests >= requestsMax) return sendError(response, UNAVAILABLE, 'Too many requests');
    this.#requests += 1;
    response.once('close', () => {
      this.#requests -= 1;
    });
    this.#budget.called();
    this.#try(request, response, new Set(), NOBODY);
  }

  close(): void {
    this.#agent.destroy();
  }

  /** @param otherwise what is said when nobody may be asked, or nobody else */
  #try(
    request: IncomingMessage,
    response: ServerResponse,
    tried: Set<Upstream>,
    otherwise: Failure,
  ): void {
    const passage = this.#options.upstreams.enter(tried);
    if (passage === undefined) return sendError(response, otherwise.status, otherwise.reason);
    tried.add(passage.upstream);
    const exchange = new Exchange(this.#options, this.#agent, passage, request, response);
    exchange.start((status, reason) => {
      const mayRetry = SAFE_METHODS.has(request.method ?? '') && !hasBody(request);
      if (mayRetry && !response.headersSent && this.#budget.draw()) {
        return this.#try(request, response, tried, { status, reason });
      }
      sendError(response, status, reason);
    });
  }
}

/** One request to one upstream. */
class Exchange {
  readonly #options: ReverseProxyOptions;
  readonly #agent: Agent;
  readonly #passage: Passage;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  #isOver = false;

  constructor(
    options: ReverseProxyOptions,
    agent: Agent,
    passage: Passage,
    request: IncomingMessage,
    response: ServerResponse,
  ) {
    this.#options = options;
    this.#agent = agent;
    this.#passage = passage;
    this.#request = request;
    this.#response = response;
  }

  /** @param onLost no answer came: what to say if nobody else is asked */
  start(onLost: (status: number, reason: string) => void): void {
    const { upstreams, timeoutMs } = this.#options;
    const sent = this.#open();
    const leave = (): void => {
      clearTimeout(timer);
      this.#response.off('close', onClientGone);
      if (this.#isOver) return;
      this.#isOver = true;
      upstreams.left(this.#passage);
    };
    const lost = (status: number, reason: string): void => {
      if (this.#isOver) return;
      upstreams.lost(this.#passage);
      leave();
      sent.destroy();
      onLost(status, reason);
    };
    const onClientGone = (): void => {
      if (this.#isOver) return;
      if (!this.#response.headersSent) upstreams.forgot(this.#passage);
      leave();
      sent.destroy();
    };
    const timer = setTimeout(() => lost(TIMEOUT, 'The upstream did not answer in time'), timeoutMs);
    this.#response.once('close', onClientGone);
    sent.once('error', () => lost(BAD_GATEWAY, 'The upstream broke off'));
    sent.once('response', (answer) => {
      clearTimeout(timer);
      if (this.#isOver) return;
      upstreams.answered(this.#passage, (answer.statusCode ?? FIRST_FAULT) >= FIRST_FAULT);
      this.#response.writeHead(answer.statusCode ?? BAD_GATEWAY, endToEnd(answer.headers));
      this.#response.flushHeaders(); // The body may take its time.
      pipeline(answer, this.#response, leave);
    });
    this.#sendBody(sent, () => {
      if (this.#isOver) return;
      upstreams.forgot(this.#passage);
      leave();
      sent.destroy();
      sendError(this.#response, TOO_LARGE, `The body is over ${this.#options.bodyBytesMax} bytes`);
    });
  }

  #open(): ClientRequest {
    const { upstream } = this.#passage;
    const { method, url, headers, socket } = this.#request;
    const target = new URL(url ?? '/', upstream.url);
    const send = upstream.url.protocol === 'https:' ? httpsRequest : httpRequest;
    const forwarded = {
      'x-forwarded-for': socket.remoteAddress ?? '',
      'x-forwarded-host': headers.host ?? '',
    };
    return send(upstream.url, {
      ...(method === undefined ? {} : { method }),
      ...(upstream.url.protocol === 'https:' ? {} : { agent: this.#agent }),
      path: target.pathname + target.search,
      headers: { ...endToEnd(headers), ...forwarded, host: upstream.url.host },
    });
  }

  #sendBody(sent: ClientRequest, onTooLarge: () => void): void {
    if (!hasBody(this.#request)) return void sent.end();
    const { bodyBytesMax } = this.#options;
    sent.flushHeaders();
    let bytes = 0;
    this.#request.on('data', (part: Buffer) => {
      bytes += part.length;
      if (bytes > bodyBytesMax) onTooLarge();
    });
    // Its errors are those of the request to the upstream, which are listened to.
    pipeline(this.#request, sent, () => undefined);
  }
}

function hasBody({ headers }: IncomingMessage): boolean {
  const length = headers['content-length'];
  return headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0');
}

function endToEnd(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const named = (headers.connection ?? '').split(',').map((name) => name.trim().toLowerCase());
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !HOP_BY_HOP.has(name) && !named.includes(name)),
  );
}
