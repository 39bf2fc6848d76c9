import { networkInterfaces } from 'node:os';

/** Addresses of this machine that others can reach, IPv4 first. */
export function lanHosts(): string[] {
  const all = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  const outside = all.filter(
    ({ internal, family, scopeid }) => !internal && (family === 'IPv4' || !scopeid),
  );
  return outside
    .toSorted((left, right) => left.family.localeCompare(right.family))
    .map(({ address, family }) => (family === 'IPv6' ? `[${address}]` : address));
}
