import type { CacheRequest } from '../cache/cache-commands.js';
import { isReaction } from '../chat/payload.js';
import { parseDuration } from '../text/duration.js';
import { nearMatch } from '../text/near-match.js';

/** One command of the input line, as help shows it. */
export interface CommandSpec {
  readonly name: CommandName;
  readonly aliases: readonly string[];
  readonly usage: string;
  readonly summary: string;
  /** Further lines of `/help NAME`. */
  readonly details?: string;
}

type CommandName =
  | 'say'
  | 'me'
  | 'msg'
  | 'query'
  | 'join'
  | 'part'
  | 'rooms'
  | 'nick'
  | 'who'
  | 'mesh'
  | 'sync'
  | 'receipts'
  | 'dial'
  | 'edit'
  | 'delete'
  | 'react'
  | 'search'
  | 'pause'
  | 'cut'
  | 'heal'
  | 'crash'
  | 'set'
  | 'get'
  | 'del'
  | 'incr'
  | 'pad'
  | 'invite'
  | 'help'
  | 'quit';

export const COMMANDS: readonly CommandSpec[] = [
  {
    name: 'say',
    aliases: [],
    usage: '/say TEXT',
    summary: 'send TEXT as it is, a leading / too (also: //x sends /x)',
  },
  { name: 'me', aliases: [], usage: '/me TEXT', summary: 'say what you do: "* ana gets popcorn"' },
  {
    name: 'edit',
    aliases: ['e'],
    usage: '/edit TEXT',
    summary: 'write your last message here anew; the others see that it was',
    details: 'On the whole screen it is the message picked with Alt-Up, if there is one.',
  },
  {
    name: 'delete',
    aliases: [],
    usage: '/delete',
    summary: 'take your last message here back, as far as the others let you',
    details:
      'Their programs stop showing it; who has read it has read it. As /edit, of the picked one.',
  },
  {
    name: 'react',
    aliases: ['r'],
    usage: '/react EMOJI',
    summary: 'react to the last message of somebody else; once more takes it back',
    details: 'On the whole screen it is the message picked with Alt-Up, if there is one.',
  },
  {
    name: 'msg',
    aliases: ['m', 'w', 'pm', 'whisper'],
    usage: '/msg NICK TEXT',
    summary: 'send TEXT to one peer; nobody else can read it',
    details:
      'Every member carries it, and sees who writes to whom, when and how much, but not what.',
  },
  {
    name: 'query',
    aliases: ['dm'],
    usage: '/query NICK',
    summary: 'talk to one peer: what you type goes there until /join ROOM',
  },
  {
    name: 'join',
    aliases: ['j'],
    usage: '/join ROOM',
    summary: 'join a room, or make a joined one current',
  },
  { name: 'part', aliases: ['leave', 'l'], usage: '/part [ROOM]', summary: 'leave a room' },
  {
    name: 'rooms',
    aliases: ['list', 'channels'],
    usage: '/rooms',
    summary: 'the rooms you are in',
  },
  {
    name: 'nick',
    aliases: [],
    usage: '/nick NAME',
    summary: 'change your name; your profile stays',
  },
  { name: 'who', aliases: ['names', 'users'], usage: '/who', summary: 'who is here' },
  {
    name: 'mesh',
    aliases: ['peers'],
    usage: '/mesh',
    summary: 'every member: state, address, process, link, sync',
    details:
      'FOR is how long it is in that state, LAST when it was last heard directly, GEN.INC its run and its refutations. ' +
      'SYNC tells what it lacks of ours (-n) and what we lack of its (+n).',
  },
  { name: 'sync', aliases: [], usage: '/sync', summary: 'in sync, or who is behind by how much' },
  { name: 'receipts', aliases: [], usage: '/receipts', summary: 'who holds your last messages' },
  {
    name: 'dial',
    aliases: ['connect'],
    usage: '/dial HOST:PORT',
    summary: 'dial a peer, now and for ever',
  },
  {
    name: 'invite',
    aliases: [],
    usage: '/invite',
    summary: 'one line that lets somebody else in; hand it over in private',
    details:
      'hearsay NICK INVITE joins with it. It holds the key of the network: whoever reads it may join.',
  },
  {
    name: 'search',
    aliases: ['find', 'lastlog'],
    usage: '/search TEXT',
    summary: 'look for TEXT in this conversation',
  },
  {
    name: 'pause',
    aliases: [],
    usage: '/pause TIME',
    summary: 'drill: stand still, such as 5s; the others suspect you, then you deny it',
  },
  {
    name: 'cut',
    aliases: [],
    usage: '/cut NICK',
    summary: 'drill: lose all between you and a peer, without a sign',
  },
  { name: 'heal', aliases: [], usage: '/heal [NICK]', summary: 'end one cut, or all' },
  {
    name: 'crash',
    aliases: [],
    usage: '/crash',
    summary: 'drill: kill -9 this process, after giving the terminal back',
  },
  {
    name: 'set',
    aliases: [],
    usage: '/set KEY VALUE',
    summary: 'write to the cache that all peers share',
  },
  { name: 'get', aliases: [], usage: '/get KEY', summary: 'what a key of the cache holds' },
  { name: 'del', aliases: [], usage: '/del KEY', summary: 'delete a key of the cache' },
  {
    name: 'incr',
    aliases: [],
    usage: '/incr KEY [N]',
    summary: 'add N (default 1) to a counter of the cache',
  },
  {
    name: 'pad',
    aliases: [],
    usage: '/pad [NAME]',
    summary: 'where a text to edit together is, for a browser of this machine',
    details: 'Every peer serves the same texts: a page whose peer is gone goes on at another one.',
  },
  {
    name: 'help',
    aliases: ['h', '?'],
    usage: '/help [COMMAND]',
    summary: 'this list, or more on one command',
  },
  { name: 'quit', aliases: ['exit', 'q'], usage: '/quit', summary: 'say goodbye and leave' },
];

/** What a line of input asks for. */
export type Command =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'wrong'; readonly message: string }
  | { readonly kind: 'say' | 'me' | 'edit' | 'search'; readonly text: string }
  | { readonly kind: 'react'; readonly emoji: string }
  | { readonly kind: 'msg'; readonly to: string; readonly text: string }
  | { readonly kind: 'cache'; readonly request: CacheRequest }
  | { readonly kind: 'query' | 'join' | 'nick' | 'dial' | 'cut'; readonly name: string }
  | { readonly kind: 'part' | 'help' | 'heal' | 'pad'; readonly name: string | undefined }
  | { readonly kind: 'pause'; readonly ms: number }
  | {
      readonly kind:
        | 'delete'
        | 'crash'
        | 'rooms'
        | 'who'
        | 'mesh'
        | 'sync'
        | 'receipts'
        | 'invite'
        | 'quit';
    };

/** Reads a line. Text that begins with one `/` is never sent as chat: at worst it is an error. */
export function parseCommand(line: string): Command {
  if (line.trim() === '') return { kind: 'nothing' };
  if (line.startsWith('//')) return { kind: 'say', text: line.slice(1) };
  if (!line.startsWith('/')) return { kind: 'say', text: line };
  const [, typed = '', rest = ''] = /^\/(\S*)[^\S\n]?([\s\S]*)$/.exec(line) ?? [];
  const spec = findCommand(typed);
  if (spec === undefined) return { kind: 'wrong', message: describeUnknown(typed) };
  return withArguments(spec, rest) ?? { kind: 'wrong', message: `usage: ${spec.usage}` };
}

/** The command of a name or alias, in any case, with or without its `/`. */
export function findCommand(typed: string): CommandSpec | undefined {
  const name = typed.replace(/^\//, '').toLowerCase();
  return COMMANDS.find((spec) => spec.name === name || spec.aliases.includes(name));
}

function describeUnknown(typed: string): string {
  const names = COMMANDS.flatMap((spec) => [
    spec.name,
    ...spec.aliases.filter((alias) => alias.length > 2),
  ]);
  const near = nearMatch(typed, names);
  const hint = near === undefined ? '/help lists all' : `did you mean /${near}?`;
  return `no command /${typed} (${hint}); not sent. //${typed} sends it as text`;
}

/** Undefined when the arguments do not fit. */
function withArguments({ name }: CommandSpec, rest: string): Command | undefined {
  const word = rest.trim();
  const hasOneWord = /^\S+$/.test(word);
  switch (name) {
    case 'say':
    case 'me':
    case 'edit':
    case 'search':
      return word === '' ? undefined : { kind: name, text: rest };
    case 'msg': {
      const [, to, text] = /^\s*(\S+)\s+([\s\S]*\S[\s\S]*)$/.exec(rest) ?? [];
      return to === undefined || text === undefined ? undefined : { kind: name, to, text };
    }
    case 'query':
    case 'join':
    case 'nick':
    case 'dial':
    case 'cut':
      return hasOneWord ? { kind: name, name: word } : undefined;
    case 'react':
      return isReaction(word) ? { kind: name, emoji: word } : undefined;
    case 'pause': {
      const ms = parseDuration(word);
      return ms === undefined ? undefined : { kind: name, ms };
    }
    case 'part':
    case 'help':
    case 'heal':
    case 'pad':
      if (word === '') return { kind: name, name: undefined };
      return hasOneWord ? { kind: name, name: word } : undefined;
    case 'set':
    case 'get':
    case 'del':
    case 'incr':
      return cacheCommand(name, rest);
    case 'delete':
    case 'crash':
    case 'rooms':
    case 'who':
    case 'mesh':
    case 'sync':
    case 'receipts':
    case 'invite':
    case 'quit':
      return word === '' ? { kind: name } : undefined;
  }
}

function cacheCommand(op: CacheRequest['op'], rest: string): Command | undefined {
  const [, key, value] = /^\s*(\S+)(?:\s([\s\S]*))?$/.exec(rest) ?? [];
  if (key === undefined) return undefined;
  if (op === 'set') {
    return value === undefined ? undefined : { kind: 'cache', request: { op, key, value } };
  }
  const word = value?.trim() ?? '';
  if (op === 'incr') {
    const by = word === '' ? 1 : Number(word);
    if (!Number.isSafeInteger(by)) return undefined;
    return { kind: 'cache', request: { op, key, by } };
  }
  return word === '' ? { kind: 'cache', request: { op, key } } : undefined;
}

/** Completions of the word being typed: commands after `/`, else names (`ana: ` at the start). */
export function complete(line: string, names: readonly string[]): [string[], string] {
  if (/^\/\S*$/.test(line)) {
    const typed = line.slice(1).toLowerCase();
    const hits = COMMANDS.filter(({ name }) => name.startsWith(typed)).map(
      ({ name }) => `/${name} `,
    );
    return [hits, line];
  }
  const word = /\S*$/.exec(line)?.[0] ?? '';
  if (word === '') return [[], word];
  const suffix = word === line ? ': ' : ' ';
  const hits = names.filter((name) => name.toLowerCase().startsWith(word.toLowerCase()));
  return [hits.map((name) => name + suffix), word];
}
