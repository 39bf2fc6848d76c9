import type { Context } from '../context.js';
import { CLOSE_CODES, type CloseCode } from '../wire/close-codes.js';
import { type Hello, type ReadHello, VERSION_MAX, VERSION_MIN } from '../wire/hello.js';

/** Why a hello was not accepted. */
export interface Refusal {
  readonly code: CloseCode;
  /** One line: what, and what to do. */
  readonly reason: string;
}

/** Our own hello. */
export function ourHello({ self, now, ownRecord }: Context): Hello {
  return {
    kind: 'hello',
    versionMin: VERSION_MIN,
    versionMax: VERSION_MAX,
    network: self.network,
    wallMs: Math.max(0, Math.floor(now.wallMs)),
    nonce: self.nonce,
    peer: self.id,
    generation: self.generation,
    incarnation: self.incarnation,
    addresses: self.addresses,
    metaVersion: self.metaVersion,
    meta: self.meta,
    signature: ownRecord.alive().signature,
  };
}

/**
 * Decides on the other side's hello.
 * @param knownGeneration newest generation known of that peer, 0 for a stranger
 * @param stalledMs how long this process just stood still: a hello read late is not a wrong clock
 * @returns the refusal, or undefined to accept
 */
export function judgeHello(
  hello: ReadHello,
  knownGeneration: number,
  stalledMs: number,
  context: Context,
): Refusal | undefined {
  const { self, config, now } = context;
  if (hello.kind === 'foreign') {
    const theirs = `${hello.versionMin}-${hello.versionMax}`;
    return {
      code: CLOSE_CODES.version,
      reason: `protocol version ${VERSION_MIN}-${VERSION_MAX} here, ${theirs} there: update the older`,
    };
  }
  if (hello.network !== self.network) {
    return { code: CLOSE_CODES.network, reason: 'another network: check --network on both sides' };
  }
  if (hello.peer === self.id) return judgeNamesake(hello, context);
  if (hello.generation < knownGeneration) {
    return {
      code: CLOSE_CODES.stale,
      reason: `generation ${hello.generation} is over, ${knownGeneration} is known`,
    };
  }
  const skewMs = Math.abs(hello.wallMs - now.wallMs);
  if (skewMs > config.clockSkewMaxMs + stalledMs) {
    const seconds = (ms: number): string => (ms / 1_000).toFixed(1);
    return {
      code: CLOSE_CODES.skew,
      reason: `clocks ${seconds(skewMs)} s apart, at most ${seconds(config.clockSkewMaxMs)}: set the time`,
    };
  }
  return undefined;
}

function judgeNamesake(hello: Hello, { self }: Context): Refusal {
  if (hello.generation === self.generation && hello.nonce === self.nonce) {
    return { code: CLOSE_CODES.self, reason: 'this is our own address' };
  }
  if (hello.generation === self.generation) {
    return {
      code: CLOSE_CODES.identity,
      reason: 'this identity already runs: use another profile',
    };
  }
  const newest = Math.max(hello.generation, self.generation);
  return { code: CLOSE_CODES.stale, reason: `generation ${newest} of this identity is the newest` };
}
