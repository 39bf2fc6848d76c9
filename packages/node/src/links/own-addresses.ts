import type { Address } from '@hearsay/core';
import { formatAddress, isLoopbackHost } from '../address.js';

/** Where a peer can be dialled. */
export interface OwnAddresses {
  /** From this machine. */
  readonly local: Address;
  /** From anywhere it can be reached; what members tell each other. */
  readonly advertised: readonly Address[];
}

const LOOPBACK: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };
/** More than these help nobody, and a member is remembered with few. */
const ADVERTISED_MAX = 4;

/**
 * @param host as listened on
 * @param reachable addresses of the other interfaces of this machine
 */
export function ownAddresses(
  host: string,
  port: number,
  reachable: readonly string[],
): OwnAddresses {
  const loopback = LOOPBACK[host];
  const local = formatAddress({ host: loopback ?? host, port });
  // Loopback means another machine to whoever reads it there, so it is only told when nothing else is.
  const everywhere = loopback !== undefined && !isLoopbackHost(host) && reachable.length > 0;
  if (!everywhere) return { local, advertised: [local] };
  const hosts = reachable.slice(0, ADVERTISED_MAX);
  return { local, advertised: hosts.map((each) => formatAddress({ host: each, port })) };
}
