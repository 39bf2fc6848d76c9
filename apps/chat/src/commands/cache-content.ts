import { sanitiseText } from '../text/sanitise.js';

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
