import { networkInterfaces } from 'node:os';

/** IPv4 addresses of this machine that others can reach. */
export function reachableHosts(): readonly string[] {
  const hosts: string[] = [];
  for (const addresses of Object.values(networkInterfaces())) {
    for (const { address, family, internal } of addresses ?? []) {
      if (family === 'IPv4' && !internal) hosts.push(address);
    }
  }
  return hosts;
}
