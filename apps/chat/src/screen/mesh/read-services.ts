import type { Peer } from '@hearsay/node';
import { openServices } from '@hearsay/services';
import type { ServiceRow } from '../model/surroundings.js';
import { serviceRows } from './service-rows.js';

/** What is known of services while somebody looks at the mesh. */
export interface ServicesReader {
  read(): readonly ServiceRow[];
  stop(): void;
}

/** Opens the port of services of a peer that provides none itself: it hears what others announce. */
export function readServices(peer: Peer): ServicesReader {
  const services = openServices(peer);
  return {
    read: () => serviceRows(services.providers(), services.breakers()),
    stop: () => services.close(),
  };
}
