import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import { defaultStateFolder, localPeersOf, openNetwork, parseAddress } from '@hearsay/node';
import { codeOf, EXIT, Failure } from '../command-line/failure.js';
import { pause } from './errand.js';

/** Where the cache is asked, as the command line says. */
export interface CacheTarget {
  readonly network?: string;
  readonly stateDir?: string;
  /** `host:port` in place of a peer of this machine. */
  readonly peer?: string;
  readonly token?: string;
  readonly timeout?: number;
}

/** One question to a peer. */
export interface CacheQuestion {
  readonly method?: string;
  /** Begins with `/cache`. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
}

export interface CacheReply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export const DEFAULT_TIMEOUT_MS = 5_000;
/** A peer opens its cache right after its first screen. */
const OPENING_MS = 2_000;
const AGAIN_MS = 100;
/** A peer answers that it gave up before we do. */
const PATIENCE_MS = 1_000;

/** Asks the cache of a peer over HTTP: of one of this machine, or of one that is named. */
export class CacheClient {
  readonly #target: CacheTarget;
  readonly #timeoutMs: number;
  /** Of the peer that answered last. */
  #address: string | undefined;

  constructor(target: CacheTarget) {
    this.#target = target;
    this.#timeoutMs = target.timeout ?? DEFAULT_TIMEOUT_MS;
  }

  /** @throws Failure when no peer is there, or none has a cache, or it went away meanwhile */
  async ask(question: CacheQuestion): Promise<CacheReply> {
    const response = await this.open(question);
    try {
      const parts: Buffer[] = [];
      for await (const part of response) parts.push(part as Buffer); // No encoding is set.
      return {
        status: response.statusCode ?? 0,
        headers: response.headers,
        body: Buffer.concat(parts),
      };
    } catch (error) {
      throw wentAway(error);
    }
  }

  /** The same, with the body still to be read. @throws Failure as `ask` */
  async open(question: CacheQuestion): Promise<IncomingMessage> {
    const untilMs = performance.now() + Math.min(OPENING_MS, this.#timeoutMs);
    for (;;) {
      const { found, reason } = await this.#try(question);
      if (found !== undefined) return found;
      if (reason.isFinal || performance.now() >= untilMs) {
        throw new Failure(`no peer found${reason.text}`, EXIT.noPeer);
      }
      await pause(AGAIN_MS);
    }
  }

  /** Asks one after the other until one has a cache. */
  async #try(question: CacheQuestion): Promise<{
    readonly found?: IncomingMessage;
    readonly reason: { readonly text: string; readonly isFinal: boolean };
  }> {
    const addresses = await this.#addresses();
    const isNamed = this.#target.peer !== undefined;
    let reason = { text: isNamed ? '' : '; start one with: hearsay', isFinal: true };
    for (const address of addresses) {
      try {
        const found = await this.#send(address, question);
        if (!(await lacksCache(found))) {
          this.#address = address;
          return { found, reason };
        }
        reason = { text: `; ${address} has no cache open (--no-cache)`, isFinal: false };
      } catch (error) {
        if (codeOf(error) !== 'ECONNREFUSED') throw wentAway(error);
        reason = { text: `; nobody listens at ${address}`, isFinal: isNamed };
      }
    }
    return { reason };
  }

  async #addresses(): Promise<readonly string[]> {
    const { peer, network, stateDir } = this.#target;
    if (peer !== undefined) return [peer];
    const stored = await openNetwork(stateDir ?? defaultStateFolder(), network);
    const addresses = (await localPeersOf(stored.network)).map(({ address }) => address);
    const last = this.#address;
    return last === undefined ? addresses : [last, ...addresses.filter((each) => each !== last)];
  }

  #send(address: string, question: CacheQuestion): Promise<IncomingMessage> {
    const { host = '127.0.0.1', port } = parseAddress(address) ?? {};
    const { method = 'GET', path, headers = {}, body } = question;
    const { token } = this.#target;
    const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
    return new Promise((resolve, reject) => {
      const asking = request(
        {
          host,
          port,
          method,
          path,
          agent: false,
          headers: { ...authorization, ...length, ...headers },
        },
        resolve,
      );
      asking.setTimeout(this.#timeoutMs + PATIENCE_MS, () => {
        asking.destroy(new Failure(`${address} does not answer`, EXIT.noPeer));
      });
      asking.once('response', () => asking.setTimeout(0));
      asking.once('error', reject);
      asking.end(body);
    });
  }
}

/** The peer itself says in plain text that it serves no such path; its cache speaks JSON. */
async function lacksCache(response: IncomingMessage): Promise<boolean> {
  const isPlain = response.headers['content-type']?.startsWith('text/plain') === true;
  if (response.statusCode !== 404 || !isPlain) return false;
  for await (const part of response) void part;
  return true;
}

/** A question that was sent may have been done. */
function wentAway(error: unknown): Failure {
  if (error instanceof Failure) return error;
  const why = error instanceof Error ? error.message : String(error);
  return new Failure(
    `the peer went away (${why}): whether it was done is not known`,
    EXIT.notInSync,
  );
}
