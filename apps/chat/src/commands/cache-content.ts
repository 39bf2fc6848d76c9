import { sanitiseLine, sanitiseText } from '../text/sanitise.js';

/** What a key holds, as a peer tells it. */
export type CacheContent =
  | { readonly type: 'register'; readonly text: string }
  | { readonly type: 'register'; readonly base64: string }
  | { readonly type: 'counter'; readonly value: number }
  | { readonly type: 'set'; readonly values: readonly string[] }
  | { readonly type: 'hash'; readonly fields: Readonly<Record<string, string>> };

export function readContent(body: Buffer): CacheContent {
  return JSON.parse(body.toString()) as CacheContent; // As the peer's own program writes it.
}

/** For people and pipes: a text as a line, bytes as they are. On a terminal nothing in it acts. */
export function contentLines(content: CacheContent): readonly (string | Buffer)[] {
  const isSeen = process.stdout.isTTY === true;
  const clean = (text: string): string => (isSeen ? sanitiseText(text) : text);
  switch (content.type) {
    case 'register':
      if ('text' in content) return [clean(content.text)];
      return isSeen
        ? [
            `${Buffer.from(content.base64, 'base64').length} bytes that are no text; --json shows them`,
          ]
        : [Buffer.from(content.base64, 'base64')];
    case 'counter':
      return [String(content.value)];
    case 'set':
      return content.values.map(clean);
    case 'hash':
      return Object.entries(content.fields).map(([field, value]) => clean(`${field} = ${value}`));
  }
}

/** Of a line for eyes, so that one long value does not bury the others. */
const LINE_CHARS_MAX = 120;

/** What a key holds in one line of many: bytes are counted, and on a terminal what is long is cut. */
export function contentLine(content: CacheContent): string {
  if (content.type === 'register' && 'base64' in content) {
    return `<${Buffer.from(content.base64, 'base64').length} bytes>`;
  }
  const line = contentLines(content).join(', ');
  return process.stdout.isTTY === true ? shortLine(line) : line;
}

/** A key as it is shown: on a terminal nothing in it acts. */
export function seenKey(key: string): string {
  return process.stdout.isTTY === true ? sanitiseLine(key) : key;
}

/** Text of somebody as a part of a line, cut where it is long. */
export function shortLine(text: string): string {
  const characters = [...sanitiseLine(text)];
  if (characters.length <= LINE_CHARS_MAX) return characters.join('');
  const rest = characters.length - LINE_CHARS_MAX;
  return `${characters.slice(0, LINE_CHARS_MAX).join('')}... (${rest} more)`;
}
