export { formatAddress, type HostAndPort, parseAddress } from './address.js';
