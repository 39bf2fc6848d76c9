import { createHash } from 'node:crypto';
import { formatAddress, parseDialAddress } from '../address.js';
import { PeerError } from '../errors.js';
import { INVITE_ADDRESSES_MAX, INVITE_CHARS_MAX } from '../limits.js';
import { cleanLine, firstCharacters } from '../text.js';
import { NETWORK_KEY_BYTES } from './keyring.js';
import { checkNetworkName, type NetworkId } from './network-name.js';

/** What lets somebody in: `hearsay://host:port[,host:port...]/NETWORK#KEY`. */
export interface Invite {
  readonly network: string;
  readonly id: NetworkId;
  readonly key: Uint8Array;
  /** `host:port` of live members, 1 to `INVITE_ADDRESSES_MAX`. */
  readonly addresses: readonly string[];
}

const SCHEME = 'hearsay://';
/** First character of the secret; another one is another form. */
const VERSION = '1';
const CHECK_BYTES = 4;
const SECRET_CHARS = 56;
const QUOTED_CHARS_MAX = 40;

/** True for a word that is meant as an invite, right or wrong. */
export function looksLikeInvite(word: string): boolean {
  return /^hearsay:/i.test(word);
}

/**
 * One line. The key stands behind `#`, which programs that follow links do not send on. As many
 * addresses are named as fit into `charsMax`, one at least.
 */
export function formatInvite(invite: Invite, charsMax: number = INVITE_CHARS_MAX): string {
  const { network, id, key, addresses } = invite;
  const body = Buffer.concat([key, Buffer.from(id, 'hex')]);
  const secret = Buffer.concat([body, checkOf(network, body)]).toString('base64url');
  const tail = `/${encodeURIComponent(network)}#${VERSION}${secret}`;
  let line = '';
  for (let count = 1; count <= Math.min(addresses.length, INVITE_ADDRESSES_MAX); count++) {
    const longer = `${SCHEME}${addresses.slice(0, count).join(',')}${tail}`;
    if (count > 1 && longer.length > charsMax) break;
    line = longer;
  }
  if (line === '') throw new RangeError('an invite needs an address');
  return line;
}

/**
 * Reads an invite that somebody was given.
 * @throws PeerError `bad-invite` with what is wrong and what to do
 */
export function parseInvite(text: string): Invite {
  const word = text.trim();
  if (word.length > INVITE_CHARS_MAX) throw bad(`it has ${word.length} characters`);
  if (!word.toLowerCase().startsWith(SCHEME)) throw bad(`it does not begin with ${SCHEME}`);
  const rest = word.slice(SCHEME.length);
  const hash = rest.indexOf('#');
  if (hash < 0) throw bad('its key is missing: the part from # on (quote the invite in a shell)');
  const slash = rest.indexOf('/');
  if (slash < 0 || slash > hash) throw bad('its network is missing: the part between / and #');
  const network = readNetworkName(rest.slice(slash + 1, hash));
  return {
    network,
    ...readSecret(network, rest.slice(hash + 1)),
    addresses: readAddresses(rest.slice(0, slash)),
  };
}

function readAddresses(text: string): readonly string[] {
  const words = text.split(',');
  if (text === '') throw bad('it names no address');
  if (words.length > INVITE_ADDRESSES_MAX) {
    throw bad(`it names ${words.length} addresses, at most ${INVITE_ADDRESSES_MAX} are allowed`);
  }
  return words.map((word) => {
    const address = word.includes(':') ? parseDialAddress(word) : undefined;
    if (address === undefined) throw bad(`${quoted(word)} in it is not HOST:PORT`);
    return formatAddress(address);
  });
}

function readNetworkName(text: string): string {
  try {
    return checkNetworkName(decodeURIComponent(text));
  } catch {
    throw bad(`${quoted(text)} in it is no name of a network`);
  }
}

function readSecret(network: string, text: string): Pick<Invite, 'id' | 'key'> {
  if (!text.startsWith(VERSION)) {
    throw bad('it is of another version: this Hearsay or the one that made it is too old');
  }
  const secret = text.slice(VERSION.length);
  if (!/^[A-Za-z0-9_-]*$/.test(secret)) throw bad('its key has characters that no key has');
  if (secret.length !== SECRET_CHARS) {
    const parts = `${secret.length + 1} of ${SECRET_CHARS + 1} characters`;
    throw bad(`its key has ${parts}: was it cut?`);
  }
  const bytes = Buffer.from(secret, 'base64url');
  const body = bytes.subarray(0, bytes.length - CHECK_BYTES);
  if (!checkOf(network, body).equals(bytes.subarray(body.length))) {
    throw bad('a character of its key or of its network is wrong: was it typed by hand?');
  }
  const key = body.subarray(0, NETWORK_KEY_BYTES);
  return { key, id: body.subarray(NETWORK_KEY_BYTES).toString('hex') };
}

/** Tells a slip from a wrong key: without it the others could only say no. */
function checkOf(network: string, body: Uint8Array): Buffer {
  const digest = createHash('sha256').update('hearsay invite 1').update(body).update(network);
  return digest.digest().subarray(0, CHECK_BYTES);
}

function quoted(text: string): string {
  return JSON.stringify(firstCharacters(cleanLine(text), QUOTED_CHARS_MAX));
}

function bad(reason: string): PeerError {
  const end = reason.endsWith('?') ? '' : '.';
  const advice = 'Copy it again whole.';
  return new PeerError('bad-invite', `this invite does not read: ${reason}${end} ${advice}`);
}
