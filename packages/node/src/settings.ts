import {
  type Address,
  type Config,
  DEFAULT_CONFIG,
  DEFAULT_LIMITS,
  type Limits,
  POST_BODY_BYTES_MAX,
} from '@hearsay/core';
import { formatAddress, parseAddress, parseDialAddress } from './address.js';
import type { PeerOptions } from './api.js';
import { PeerError } from './errors.js';
import {
  DEFAULT_RUNTIME_LIMITS,
  DISK_LOG_BYTES_MAX,
  DISK_LOG_MESSAGES_MAX,
  NETWORK_KEYS_MAX,
  type RuntimeLimits,
} from './limits.js';
import { checkPort } from './links/port-choice.js';
import { encodeMeta, type MemberMeta, ownNick, ownTags } from './member-meta.js';
import { KEYS_TAG, keysTag } from './network/member-keys.js';
import type { NetworkKeys } from './network/network-keys.js';
import { checkNetworkName, LOCAL_NETWORK } from './network/network-name.js';
import { DURABILITIES, type Durability } from './store/durability.js';
import { cleanLine } from './text.js';
import { DEFAULT_TIMERS, type RuntimeTimers } from './timers.js';
import { VERSION } from './version.js';

/** As long as ids of keys can get. */
const WIDEST_KEYS = { ids: Array.from({ length: NETWORK_KEYS_MAX }, () => '0'.repeat(16)) };
const DISCOVERY_PORT = 7_339;
const TOKEN = /^[\w.~-]{16,256}$/;
const LOOPBACK = '127.0.0.1';
const EVERY_INTERFACE = '0.0.0.0';
/** With a folder. */
const DISK_LIMITS = { logMessagesMax: DISK_LOG_MESSAGES_MAX, logBytesMax: DISK_LOG_BYTES_MAX };

/** Options with every default filled in and every value checked. */
export interface Settings {
  readonly nick: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly network: string;
  /** Undefined: those that are stored for the network. */
  readonly keys: NetworkKeys | undefined;
  readonly port: number | undefined;
  readonly host: string;
  readonly join: readonly Address[];
  readonly lan: boolean;
  readonly discover: boolean;
  readonly stateFolder: string | undefined;
  readonly durability: Durability;
  readonly runFolder: string | undefined;
  readonly discoveryPort: number;
  readonly httpToken: string | undefined;
  readonly signal: AbortSignal | undefined;
  readonly timings: Config & RuntimeTimers;
  readonly limits: Limits & RuntimeLimits;
}

/**
 * Checks everything before anything is opened.
 * @throws PeerError `bad-nick`, `bad-network`, `bad-tags`, `bad-port`, `bad-address`, `bad-option`, `meta-too-large`
 */
export function resolveOptions(options: PeerOptions): Settings {
  const settings: Settings = {
    nick: ownNick(options.nick),
    tags: { ...ownTags(options.tags ?? {}), pid: String(process.pid), version: VERSION },
    network: checkNetworkName(options.network ?? LOCAL_NETWORK),
    keys: options.keys,
    port: options.port === undefined ? undefined : checkPort(options.port),
    host: checkHost(options.host ?? (options.lan === true ? EVERY_INTERFACE : LOOPBACK)),
    join: (options.join ?? []).map((address) => checkDialAddress(address)),
    lan: options.lan ?? false,
    discover: options.discover ?? true,
    stateFolder: options.stateFolder,
    runFolder: options.runFolder,
    discoveryPort: checkPort(options.discoveryPort ?? DISCOVERY_PORT),
    httpToken: checkToken(options.httpToken),
    signal: options.signal,
    timings: { ...DEFAULT_CONFIG, ...DEFAULT_TIMERS, ...options.timings },
    durability: checkDurability(options.durability ?? 'process'),
    limits: {
      ...DEFAULT_LIMITS,
      ...DEFAULT_RUNTIME_LIMITS,
      ...(options.stateFolder === undefined ? {} : DISK_LIMITS),
      ...options.limits,
    },
  };
  checkNumbers({ ...settings.timings, ...settings.limits });
  checkQueues(settings.limits);
  checkPosts(settings.limits);
  checkMeta(settings.nick, settings);
  return settings;
}

/**
 * Checks that there is room for a nick whatever keys of the network may come: they are told of too.
 * @throws PeerError `meta-too-large`
 */
export function checkMeta(nick: string, settings: Pick<Settings, 'tags' | 'limits'>): void {
  metaOf(nick, settings, WIDEST_KEYS);
}

/**
 * What others are told about us.
 * @throws PeerError `meta-too-large`
 */
export function metaOf(
  nick: string,
  { tags, limits }: Pick<Settings, 'tags' | 'limits'>,
  keys: Pick<NetworkKeys, 'ids'>,
): Uint8Array {
  const meta: MemberMeta = { nick, tags: { ...tags, [KEYS_TAG]: keysTag(keys.ids) } };
  return encodeMeta(meta, limits.metaBytesMax);
}

/**
 * Checks an address to dial.
 * @throws PeerError `bad-address`
 */
export function checkDialAddress(text: string): Address {
  const address = parseDialAddress(text);
  if (address === undefined) {
    throw new PeerError('bad-address', `"${cleanLine(text)}" is not host:port`);
  }
  return formatAddress(address);
}

function checkHost(host: string): string {
  if (parseAddress(formatAddress({ host, port: 0 })) !== undefined) return host;
  throw new PeerError('bad-address', `"${cleanLine(host)}" is not a host to listen on`);
}

/** Guessing must be hopeless, and it must fit a header and an address. */
function checkToken(token: string | undefined): string | undefined {
  if (token === undefined || TOKEN.test(token)) return token;
  throw new PeerError('bad-option', 'httpToken is 16 to 256 of letters, digits and - . _ ~');
}

function checkDurability(durability: Durability): Durability {
  if (DURABILITIES.includes(durability)) return durability;
  throw new PeerError('bad-option', `durability is one of ${DURABILITIES.join(', ')}`);
}

function checkNumbers(values: Readonly<Record<string, number | readonly number[]>>): void {
  for (const [name, value] of Object.entries(values)) {
    const numbers = Array.isArray(value) ? value : [value];
    if (numbers.some((number) => !Number.isFinite(number) || number < 0)) {
      throw new PeerError('bad-option', `${name} is a number from 0, not ${String(value)}`);
    }
  }
}

/** Whoever posts more than a frame takes would lose the link and not know why. */
function checkPosts({ postBytesMax }: Pick<Limits, 'postBytesMax'>): void {
  if (postBytesMax <= POST_BODY_BYTES_MAX) return;
  const most = `at most ${POST_BODY_BYTES_MAX}, which a frame takes`;
  throw new PeerError('bad-option', `postBytesMax is ${most}, not ${postBytesMax}`);
}

/** Bounds that only make sense in this order. */
function checkQueues(limits: RuntimeLimits): void {
  const { controlQueueBytesMax, socketHighWaterBytes, congestedBytes, drainedBytes } = limits;
  if (controlQueueBytesMax <= socketHighWaterBytes) {
    throw new PeerError('bad-option', 'controlQueueBytesMax must exceed socketHighWaterBytes');
  }
  if (drainedBytes >= congestedBytes) {
    throw new PeerError('bad-option', 'drainedBytes must be under congestedBytes');
  }
}
