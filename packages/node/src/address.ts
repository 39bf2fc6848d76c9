/** Where a peer listens. */
export interface HostAndPort {
  readonly host: string;
  readonly port: number;
}

const portMax = 65_535;

/** Reads `host:port`, `[v6]:port`, or a bare port on loopback; undefined when it is none of these. */
export function parseAddress(text: string): HostAndPort | undefined {
  const parts = /^(?:(?<host>[^:[\]]+|\[[0-9a-f:.]+\]):)?(?<port>\d{1,5})$/i.exec(text)?.groups;
  const port = Number(parts?.['port'] ?? Number.NaN);
  if (Number.isNaN(port) || port > portMax) return undefined;
  const host = parts?.['host']?.replace(/^\[|\]$/g, '') ?? '127.0.0.1';
  return { host, port };
}

/** Writes an address in the form that `parseAddress` reads. */
export function formatAddress({ host, port }: HostAndPort): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
