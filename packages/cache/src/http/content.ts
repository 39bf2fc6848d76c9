import { isUtf8 } from 'node:buffer';
import type { JsonValue } from '../host/entry.js';
import type { Held } from '../store/types.js';
import { type Binary, bytesOfBinary } from '../values/binary.js';

/** The media type of a value. The cache keeps bytes and no type, so it is worked out from them. */
export function mediaTypeOf(bytes: Uint8Array): string {
  if (!isUtf8(bytes)) return 'application/octet-stream';
  return isJsonDocument(bytes) ? 'application/json' : 'text/plain; charset=utf-8';
}

const [OPEN_BRACE, CLOSE_BRACE, OPEN_BRACKET, CLOSE_BRACKET] = [0x7b, 0x7d, 0x5b, 0x5d];

/** An object or an array; a bare number or word is rather a text. */
function isJsonDocument(bytes: Uint8Array): boolean {
  const [first, last] = [bytes.at(0), bytes.at(-1)];
  const isObject = first === OPEN_BRACE && last === CLOSE_BRACE;
  const isArray = first === OPEN_BRACKET && last === CLOSE_BRACKET;
  if (!isObject && !isArray) return false;
  try {
    JSON.parse(Buffer.from(bytes).toString('utf8'));
    return true;
  } catch {
    return false;
  }
}

/** What a key holds, as JSON: a register as `text`, or as `base64` when its bytes are no UTF-8. */
export function contentOf({ value }: Held): { readonly [field: string]: JsonValue } {
  switch (value.kind) {
    case 'register': {
      const bytes = bytesOfBinary(value.value);
      if (isUtf8(bytes)) return { type: 'register', text: textOf(value.value) };
      return { type: 'register', base64: Buffer.from(bytes).toString('base64') };
    }
    case 'counter':
      return { type: 'counter', value: value.value };
    case 'set':
      return { type: 'set', values: value.elements.map(textOf).sort() };
    case 'hash': {
      const fields = [...value.fields].map(([field, each]) => [textOf(field), textOf(each)]);
      return { type: 'hash', fields: Object.fromEntries(fields) };
    }
  }
}

/** Bytes as UTF-8; wrong ones become U+FFFD. */
function textOf(binary: Binary): string {
  return Buffer.from(binary, 'latin1').toString('utf8');
}
