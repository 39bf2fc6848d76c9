import { DURABILITIES, type Durability, parseAddress } from '@hearsay/node';
import { THEME_NAMES, type ThemeName } from '@hearsay/terminal';

import { InvalidArgumentError } from 'commander';
import { parseRoom } from '../chat/place.js';
import { isNick, NICK_RULE } from '../profile/nick.js';
import { parseDuration } from '../text/duration.js';

const portMax = 65_535;
const countMax = 1_000_000;
const networkBytesMax = 64;
/** Less holds nothing worth the name. */
const memoryBytesMin = 1_048_576;

export function portValue(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > portMax) {
    throw new InvalidArgumentError(`A port is a number from 0 to ${portMax}.`);
  }
  return port;
}

export function countValue(text: string): number {
  const count = Number(text);
  if (!/^\d+$/.test(text) || count > countMax) {
    throw new InvalidArgumentError(`It is a number from 0 to ${countMax}.`);
  }
  return count;
}

export function positiveValue(text: string): number {
  const count = Number(text);
  if (!/^\d+$/.test(text) || count < 1 || count > countMax) {
    throw new InvalidArgumentError(`It is a number from 1 to ${countMax}.`);
  }
  return count;
}

/** @returns milliseconds */
export function durationValue(text: string): number {
  const durationMs = parseDuration(text);
  if (durationMs === undefined) throw new InvalidArgumentError('Write it like 500ms, 5s or 2m.');
  return durationMs;
}

export function durabilityValue(text: string): Durability {
  const level = DURABILITIES.find((each) => each === text);
  if (level === undefined) throw new InvalidArgumentError(`One of ${DURABILITIES.join(', ')}.`);
  return level;
}

export function themeValue(text: string): ThemeName {
  const name = THEME_NAMES.find((each) => each === text);
  if (name === undefined) throw new InvalidArgumentError(`One of ${THEME_NAMES.join(', ')}.`);
  return name;
}

function addressValue(text: string): string {
  if (!isAddress(text)) throw new InvalidArgumentError('Write it as HOST:PORT.');
  return text;
}

export function dialAddressValue(text: string): string {
  return addressValue(text);
}

/** How many peers: a number, `majority`, `all` or `local`. */
export function levelValue(text: string): string {
  if (!/^(?:local|majority|all|[1-9]\d{0,4})$/.test(text)) {
    throw new InvalidArgumentError('A level is a number from 1, local, majority or all.');
  }
  return text;
}

/** A whole number, which may be negative. */
export function amountValue(text: string): number {
  const amount = Number(text);
  if (!/^[+-]?\d{1,16}$/.test(text) || !Number.isSafeInteger(amount)) {
    throw new InvalidArgumentError('It is a whole number.');
  }
  return amount;
}

/** `256mb`, `1gb`, or bytes. */
export function memoryValue(text: string): number {
  const [, number = '', unit = 'b'] = /^(\d{1,12})(b|kb|mb|gb)?$/i.exec(text) ?? [];
  const bytes = Number(number) * 1_024 ** ['b', 'kb', 'mb', 'gb'].indexOf(unit.toLowerCase());
  if (number === '' || bytes < memoryBytesMin) {
    throw new InvalidArgumentError('Write it like 256mb or 1gb; at least 1mb.');
  }
  return bytes;
}

/** For an option that may be given more than once. */
export function addressValues(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, addressValue(text)];
}

/** For an option that may be given more than once. */
export function wordValues(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}

export function roomValue(text: string): string {
  const room = parseRoom(text);
  if (room === undefined) {
    throw new InvalidArgumentError('A room is letters, digits and . _ - without spaces.');
  }
  return room;
}

export function nickValue(text: string): string {
  if (!isNick(text)) throw new InvalidArgumentError(NICK_RULE);
  return text;
}

export function networkValue(text: string): string {
  if (!isNick(text) || Buffer.byteLength(text) > networkBytesMax) {
    throw new InvalidArgumentError('A network is letters, digits and . _ - without spaces.');
  }
  return text;
}

/** `host:port`, `[v6]:port`, or a port of this machine; port 0 can be listened on, never dialled. */
export function isAddress(text: string): boolean {
  const parsed = parseAddress(text);
  return parsed !== undefined && parsed.port > 0;
}
