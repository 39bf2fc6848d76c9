const NICK_PATTERN = /^[\p{L}\p{N}][\p{L}\p{N}\p{M}._-]*$/u;
const NICK_CHARS_MAX = 32;

/** Words that stand for something else in the first place of the command line. */
const RESERVED: ReadonlySet<string> = new Set([
  'mesh',
  'send',
  'peers',
  'wait-sync',
  'invite',
  'networks',
  'keys',
  'cache',
  'help',
]);

export const NICK_RULE: string = `A nick is 1 to ${NICK_CHARS_MAX} letters, digits and . _ - and begins with one of the first two.`;

/** One word that reads the same on every screen and serves as the name of a folder. */
export function isNick(text: string): boolean {
  return (
    NICK_PATTERN.test(text) && [...text].length <= NICK_CHARS_MAX && text === text.normalize('NFC')
  );
}

export function isReservedNick(text: string): boolean {
  return RESERVED.has(text.toLowerCase());
}

/** A nick made of the name of the system's user. */
export function nickFromUser(user: string): string {
  const word = user
    .normalize('NFC')
    .replace(/[^\p{L}\p{N}\p{M}._-]+/gu, '-')
    .replace(/^[^\p{L}\p{N}]+/u, '');
  const nick = [...word].slice(0, NICK_CHARS_MAX).join('');
  return nick === '' || isReservedNick(nick) ? 'me' : nick;
}

/** `ana` -> `ana-2`, `ana-2` -> `ana-3`. */
export function nextNick(nick: string): string {
  const parts = /^(?<stem>.*)-(?<number>\d{1,3})$/.exec(nick)?.groups;
  const number = Number(parts?.['number'] ?? 1) + 1;
  const stem = [...(parts?.['stem'] ?? nick)].slice(0, NICK_CHARS_MAX - 4).join('');
  return `${stem}-${number}`;
}
