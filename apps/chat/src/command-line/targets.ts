import { type Invite, looksLikeInvite, parseInvite } from '@hearsay/node';
import { safeJson } from '../json/encode.js';
import { isNick, isReservedNick, NICK_RULE } from '../profile/nick.js';
import { FIRST_PORT } from '../view/start-words.js';
import { Failure } from './failure.js';
import { isAddress } from './values.js';

const QUOTED_CHARS_MAX = 80;

/** Who starts, and whom to dial, as the words of the command line say. */
export interface Targets {
  readonly nick: string | undefined;
  readonly join: readonly string[];
  readonly invite: Invite | undefined;
}

/**
 * Reads `[nick] [invite or address...]`: the first word is a nick unless it can only be another.
 * @throws Failure for a word that is none of them, PeerError `bad-invite`
 */
export function readTargets(words: readonly string[]): Targets {
  const [first, ...rest] = words;
  if (first === undefined) return { nick: undefined, join: [], invite: undefined };
  if (first.includes(':')) return { nick: undefined, ...readPlaces(words) };
  if (isReservedNick(first)) throw new Failure(`${first} is a reserved name; choose another nick`);
  if (!isNick(first)) throw new Failure(`not a nick: ${quoted(first)}. ${NICK_RULE}`);
  return { nick: first, ...readPlaces(rest) };
}

function readPlaces(words: readonly string[]): Omit<Targets, 'nick'> {
  const [invite, second] = words.filter(looksLikeInvite);
  if (second !== undefined) throw new Failure('one invite at a time: each is another network');
  const addresses = words.filter((word) => !looksLikeInvite(word));
  return {
    join: addresses.map(readAddress),
    invite: invite === undefined ? undefined : parseInvite(invite),
  };
}

function readAddress(word: string): string {
  if (isAddress(word)) return word;
  const isHost = /^[\w.-]+$/.test(word);
  // What is not even like a host follows a command that was mistyped, and read as a nick.
  const hint = isHost
    ? `write HOST:PORT, for example ${word}:${FIRST_PORT}`
    : 'write HOST:PORT, or a command that hearsay --help lists';
  throw new Failure(`not an address: ${quoted(word)}; ${hint}`);
}

/** A word of the person's own, made harmless: it may come out of a script. */
function quoted(word: string): string {
  return safeJson(word.slice(0, QUOTED_CHARS_MAX));
}
