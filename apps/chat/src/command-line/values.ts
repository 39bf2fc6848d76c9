import { DURABILITIES, type Durability, parseAddress } from '@hearsay/node';
import { THEME_NAMES, type ThemeName } from '@hearsay/terminal';

import { InvalidArgumentError } from 'commander';
import { parseRoom } from '../chat/place.js';
import { isNick, NICK_RULE } from '../profile/nick.js';
import { parseDuration } from '../text/duration.js';

const portMax = 65_535;
const countMax = 1_000_000;
const networkBytesMax = 64;

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
  const count = countValue(text);
  if (count === 0) throw new InvalidArgumentError('It is at least 1.');
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
