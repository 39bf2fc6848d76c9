import { reasonOf, ServiceError, type ServiceErrorCode } from '../errors.js';
import { PAYLOAD_BYTES_MAX } from '../limits.js';

const [NOTHING, JSON_TEXT, BYTES] = [0, 1, 2];
const EMPTY: Uint8Array = Uint8Array.of(NOTHING);
const decoder = new TextDecoder('utf-8', { fatal: true });

/**
 * A value as bytes: nothing, bytes as they are, or JSON. What JSON would silently leave out or change
 * (functions, symbols, numbers that are none) is refused.
 * @throws ServiceError `code`, or `too-large`
 */
export function encodePayload(value: unknown, code: ServiceErrorCode): Uint8Array {
  if (value === undefined) return EMPTY;
  if (value instanceof Uint8Array) {
    const bytes = memoryFor(value.length, BYTES, code);
    bytes.set(value, 1);
    return bytes;
  }
  const json = jsonOf(value, code);
  const bytes = memoryFor(Buffer.byteLength(json), JSON_TEXT, code);
  bytes.write(json, 1);
  return bytes;
}

/** From the pool of Node when it is small: memory of its own costs more than the rest of a short call. */
function memoryFor(bodyBytes: number, tag: number, code: ServiceErrorCode): Buffer {
  const size = bodyBytes + 1;
  if (size > PAYLOAD_BYTES_MAX) {
    const tooLarge = code === 'unencodable-input' ? 'too-large' : code;
    throw new ServiceError(tooLarge, `${size} bytes, the limit is ${PAYLOAD_BYTES_MAX}`);
  }
  const bytes = Buffer.allocUnsafe(size);
  bytes[0] = tag;
  return bytes;
}

/** The value, with memory of its own. @throws ServiceError `code` */
export function decodePayload(bytes: Uint8Array, code: ServiceErrorCode): unknown {
  const [tag] = bytes;
  const body = bytes.subarray(1);
  if (tag === NOTHING && body.length === 0) return undefined;
  if (tag === BYTES) return new Uint8Array(body);
  try {
    if (tag === JSON_TEXT) return JSON.parse(decoder.decode(body));
  } catch (cause) {
    throw new ServiceError(code, 'no JSON', { cause });
  }
  throw new ServiceError(code, 'no payload');
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
