import { reasonOf, ServiceError, type ServiceErrorCode } from '../errors.js';
import { PAYLOAD_BYTES_MAX } from '../limits.js';

const [NOTHING, JSON_TEXT, BYTES] = [0, 1, 2];
const EMPTY: Uint8Array = Uint8Array.of(NOTHING);
const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

/**
 * A value as bytes: nothing, bytes as they are, or JSON. What JSON would silently leave out or change
 * (functions, symbols, numbers that are none) is refused.
 * @throws ServiceError `code`, or `too-large`
 */
export function encodePayload(value: unknown, code: ServiceErrorCode): Uint8Array {
  if (value === undefined) return EMPTY;
  const [tag, body] =
    value instanceof Uint8Array ? [BYTES, value] : [JSON_TEXT, encoder.encode(jsonOf(value, code))];
  const size = body.length + 1;
  if (size > PAYLOAD_BYTES_MAX) {
    const tooLarge = code === 'unencodable-input' ? 'too-large' : code;
    throw new ServiceError(tooLarge, `${size} bytes, the limit is ${PAYLOAD_BYTES_MAX}`);
  }
  const bytes = new Uint8Array(size);
  bytes[0] = tag ?? NOTHING;
  bytes.set(body, 1);
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
    text = JSON.stringify(value, refuseLoss);
  } catch (cause) {
    throw new ServiceError(code, `it has no JSON form: ${reasonOf(cause)}`, { cause });
  }
  if (text === undefined) throw new ServiceError(code, 'it has no JSON form');
  return text;
}

function refuseLoss(key: string, value: unknown): unknown {
  const type = typeof value;
  const isLost =
    type === 'function' || type === 'symbol' || (type === 'number' && !Number.isFinite(value));
  if (isLost) throw new TypeError(`${key === '' ? 'the value' : key} is ${String(value)}`);
  return value;
}
