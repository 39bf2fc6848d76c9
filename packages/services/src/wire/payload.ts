import { reasonOf, ServiceError, type ServiceErrorCode } from '../errors.js';
import { PAYLOAD_BYTES_MAX } from '../limits.js';

const NOTHING = 0;
const JSON_TEXT = 1;
const BYTES = 2;
const TEXT = 3;

/** What travels of a value: a text, which is written as it is sent, or a tag and bytes. */
export type Payload = TextPayload | Uint8Array;

/** JSON, or a text as it is: to quote and to parse it would cost more than all that is done with it. */
interface TextPayload {
  readonly tag: typeof JSON_TEXT | typeof TEXT;
  readonly text: string;
}

const EMPTY: Uint8Array = Uint8Array.of(NOTHING);
const UTF8_BYTES_PER_CHAR_MAX = 3;
const ASCII_END = 0x80;
const SHORT_TEXT_CHARS = 256;
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * A value as it travels: nothing, bytes and texts as they are, or JSON. What JSON would silently leave out or change
 * (functions, symbols, numbers that are none) is refused.
 * @throws ServiceError `code`, or `too-large`
 */
export function encodePayload(value: unknown, code: ServiceErrorCode): Payload {
  if (value === undefined) return EMPTY;
  if (value instanceof Uint8Array) {
    checkSize(value.length + 1, code);
    const bytes = new Uint8Array(value.length + 1);
    bytes[0] = BYTES;
    bytes.set(value, 1);
    return bytes;
  }
  // UTF-8 has no half of a character; JSON has.
  const isText = typeof value === 'string' && value.isWellFormed();
  const payload: TextPayload = isText
    ? { tag: TEXT, text: value }
    : { tag: JSON_TEXT, text: jsonOf(value, code) };
  if (payloadBytesMax(payload) > PAYLOAD_BYTES_MAX) {
    checkSize(Buffer.byteLength(payload.text) + 1, code);
  }
  return payload;
}

/** What it takes on the wire, or somewhat more. */
export function payloadBytesMax(payload: Payload): number {
  return payload instanceof Uint8Array
    ? payload.length
    : payload.text.length * UTF8_BYTES_PER_CHAR_MAX + 1;
}

/** Puts it where there is room for it. @returns the offset behind it */
export function writePayload(memory: Buffer, offset: number, payload: Payload): number {
  if (payload instanceof Uint8Array) {
    memory.set(payload, offset);
    return offset + payload.length;
  }
  const { tag, text } = payload;
  const start = offset + 1;
  memory[offset] = tag;
  return writeShortAscii(memory, start, text) ?? start + memory.write(text, start);
}

/** A call into Node costs more than a short text. @returns undefined when it is long, or not ASCII */
function writeShortAscii(memory: Buffer, offset: number, text: string): number | undefined {
  if (text.length > SHORT_TEXT_CHARS) return undefined;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code >= ASCII_END) return undefined;
    memory[offset + index] = code;
  }
  return offset + text.length;
}

/** The value of what came, with memory of its own. @throws ServiceError `code` */
export function decodePayload(bytes: Uint8Array, code: ServiceErrorCode): unknown {
  const [tag] = bytes;
  const body = bytes.subarray(1);
  if (tag === NOTHING && body.length === 0) return undefined;
  if (tag === BYTES) return new Uint8Array(body);
  try {
    if (tag === TEXT) return decoder.decode(body);
    if (tag === JSON_TEXT) return JSON.parse(decoder.decode(body));
  } catch (cause) {
    throw new ServiceError(code, tag === TEXT ? 'no UTF-8' : 'no JSON', { cause });
  }
  throw new ServiceError(code, 'no payload');
}

function checkSize(bytes: number, code: ServiceErrorCode): void {
  if (bytes <= PAYLOAD_BYTES_MAX) return;
  const tooLarge = code === 'unencodable-input' ? 'too-large' : code;
  throw new ServiceError(tooLarge, `${bytes} bytes, the limit is ${PAYLOAD_BYTES_MAX}`);
}

function jsonOf(value: unknown, code: ServiceErrorCode): string {
  let text: string | undefined;
  try {
    text = isPlain(value) ? JSON.stringify(value) : JSON.stringify(value, refuseLoss);
  } catch (cause) {
    throw new ServiceError(code, `it has no JSON form: ${reasonOf(cause)}`, { cause });
  }
  if (text === undefined) throw new ServiceError(code, 'it has no JSON form');
  return text;
}

/** What loses nothing for certain: a function that looks at each value makes it several times as slow. */
function isPlain(value: unknown): boolean {
  if (isPlainScalar(value)) return true;
  if (typeof value !== 'object' || value === null) return false;
  if (Object.getPrototypeOf(value) !== Object.prototype) return false;
  return Object.values(value).every(isPlainScalar);
}

function isPlainScalar(value: unknown): boolean {
  return (
    typeof value === 'string' ||
    typeof value === 'boolean' ||
    value === null ||
    (typeof value === 'number' && Number.isFinite(value))
  );
}

function refuseLoss(key: string, value: unknown): unknown {
  const type = typeof value;
  const isLost =
    type === 'function' || type === 'symbol' || (type === 'number' && !Number.isFinite(value));
  if (isLost) throw new TypeError(`${key === '' ? 'the value' : key} is ${String(value)}`);
  return value;
}
