import { PeerError } from '../errors.js';

/** Ports tried in order before any other, so that peers of one machine are easy to name. */
export const FIRST_PORT = 7_340;
export const LAST_PORT = 7_359;
const PORT_MAX = 65_535;

/**
 * Checks a port that was asked for.
 * @throws PeerError `bad-port`
 */
export function checkPort(port: number): number {
  if (Number.isInteger(port) && port >= 0 && port <= PORT_MAX) return port;
  throw new PeerError('bad-port', `a port is a whole number from 0 to ${PORT_MAX}, not ${port}`);
}

/**
 * Listens on the port asked for, or on the first free one.
 * @param listen listens on exactly one port, or fails with `port-busy`
 * @throws PeerError `port-busy` for an exact port, and whatever else `listen` throws
 */
export async function listenOnFreePort<Listening>(
  port: number | undefined,
  listen: (port: number) => Promise<Listening>,
): Promise<Listening> {
  if (port !== undefined) return listen(port);
  for (let candidate = FIRST_PORT; candidate <= LAST_PORT; candidate++) {
    try {
      return await listen(candidate);
    } catch (error) {
      if (!(error instanceof PeerError && error.code === 'port-busy')) throw error;
    }
  }
  return listen(0);
}
