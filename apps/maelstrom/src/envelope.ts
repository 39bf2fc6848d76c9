/** What is inside a message; every kind has fields of its own. */
export interface Body {
  readonly type: string;
  readonly msg_id?: number;
  readonly in_reply_to?: number;
  readonly [field: string]: unknown;
}

/** A message as Maelstrom carries it: one JSON object a line. */
export interface Envelope {
  readonly src: string;
  readonly dest: string;
  readonly body: Body;
}

/** Codes of the `error` body (Maelstrom, doc/protocol.md). */
export const ERROR_CODES = { notSupported: 10, malformedRequest: 12 } as const;

/** A request that cannot be served; becomes an `error` reply. */
export class RequestError extends Error {
  readonly code: number;

  constructor(code: number, text: string) {
    super(text);
    this.name = 'RequestError';
    this.code = code;
  }
}

/**
 * Reads one line.
 * @throws RequestError `malformedRequest` when it is no message
 */
export function readEnvelope(line: string): Envelope {
  const value = parse(line);
  if (!isRecord(value)) throw malformed('a message is an object');
  const { src, dest, body } = value;
  if (typeof src !== 'string' || typeof dest !== 'string') throw malformed('no src and dest');
  if (!isRecord(body) || typeof body['type'] !== 'string') throw malformed('no type in the body');
  const { msg_id: id, in_reply_to: reply } = body;
  if (id !== undefined && typeof id !== 'number') throw malformed('msg_id is no number');
  if (reply !== undefined && typeof reply !== 'number') throw malformed('in_reply_to is no number');
  return { src, dest, body: { ...body, type: body['type'] } };
}

export function malformed(text: string): RequestError {
  return new RequestError(ERROR_CODES.malformedRequest, text);
}

/** @throws RequestError when it is no number that counts exactly */
export function integerIn(body: Body, field: string): number {
  const value = body[field];
  if (Number.isSafeInteger(value)) return Number(value);
  throw malformed(`"${field}" of ${body.type} is no whole number`);
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw malformed('no JSON');
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
