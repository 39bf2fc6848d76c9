/** Where a peer listens. */
export interface HostAndPort {
  readonly host: string;
  readonly port: number;
}

const PORT_MAX = 65_535;
const HOST_CHARS_MAX = 253;
const ADDRESS_PATTERN =
  /^(?:(?<host>[a-z0-9_](?:[a-z0-9._-]*[a-z0-9_.])?|\[[0-9a-f:.]*:[0-9a-f:.]*\]):)?(?<port>\d{1,5})$/i;

/**
 * Reads `host:port`, `[v6]:port`, or a bare port on loopback; undefined when it is none of these.
 * Addresses come from other peers too, so nothing that could change a URL gets through.
 */
export function parseAddress(text: string): HostAndPort | undefined {
  const parts = ADDRESS_PATTERN.exec(text)?.groups;
  const port = Number(parts?.['port'] ?? Number.NaN);
  if (Number.isNaN(port) || port > PORT_MAX) return undefined;
  const host = parts?.['host']?.replace(/^\[|\]$/g, '') ?? '127.0.0.1';
  return host.length > HOST_CHARS_MAX ? undefined : { host, port };
}

/** Like `parseAddress`, for an address to dial: port 0 is none. */
export function parseDialAddress(text: string): HostAndPort | undefined {
  const address = parseAddress(text);
  return address === undefined || address.port === 0 ? undefined : address;
}

/** Writes an address in the form that `parseAddress` reads. */
export function formatAddress({ host, port }: HostAndPort): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** True for names and addresses that mean this machine to whoever reads them. */
export function isLoopbackHost(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

/** An IPv4 address that arrived on an IPv6 socket, written as IPv4. */
export function plainHost(host: string): string {
  return host.startsWith('::ffff:') && host.includes('.') ? host.slice('::ffff:'.length) : host;
}
