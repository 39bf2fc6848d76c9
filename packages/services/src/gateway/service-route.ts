import type { IncomingMessage, ServerResponse } from 'node:http';
import { PeerError, readBody } from '@hearsay/node';
import type { Services } from '../api/types.js';
import { ServiceError, type ServiceErrorCode } from '../errors.js';
import { parseTraceParent } from '../trace/trace-context.js';
import { sendError } from './send-error.js';

export interface ServiceRouteOptions {
  readonly services: Services;
  readonly service: string;
  readonly bodyBytesMax: number;
  readonly timeoutMs: number;
}

const [BAD_REQUEST, NOT_ALLOWED, TOO_LARGE, FAILED, UNAVAILABLE, TIMEOUT] = [
  400, 405, 413, 500, 503, 504,
];

/** What a code of a failed call is in HTTP. */
const STATUS: Partial<Record<ServiceErrorCode, number>> = {
  'no-provider': UNAVAILABLE,
  unavailable: UNAVAILABLE,
  overloaded: UNAVAILABLE,
  lost: UNAVAILABLE,
  'invalid-input': BAD_REQUEST,
  // The client named the operation; and what gives a stream is asked for in another way.
  'bad-option': BAD_REQUEST,
  'not-a-stream': BAD_REQUEST,
  'too-large': TOO_LARGE,
  timeout: TIMEOUT,
};

/**
 * Answers `POST` with the result of a call, as JSON or as bytes: the body is its input as JSON. `Idempotency-Key` names the
 * operation; `Idempotent: true` lets the call be tried again elsewhere.
 */
export async function answerByService(
  { services, service, bodyBytesMax, timeoutMs }: ServiceRouteOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.method !== 'POST') {
    response.setHeader('allow', 'POST');
    return sendError(response, NOT_ALLOWED, 'Use POST');
  }
  const gone = new AbortController();
  response.once('close', () => gone.abort(new Error('the client went away')));
  try {
    const body = (await readBody(request, bodyBytesMax)).toString('utf8');
    const input: unknown = body === '' ? undefined : JSON.parse(body);
    const { headers } = request;
    const [operationId, state] = [headers['idempotency-key'], headers['tracestate']].map(String);
    const trace = parseTraceParent(String(headers['traceparent'] ?? ''), state);
    const result = await services.call(service, input, {
      timeoutMs,
      signal: gone.signal,
      idempotent: headers['idempotent'] === 'true',
      ...(headers['idempotency-key'] === undefined || operationId === undefined
        ? {}
        : { operationId }),
      ...(trace === undefined ? {} : { trace }),
    });
    const isBytes = result instanceof Uint8Array;
    response.writeHead(200, {
      'content-type': isBytes ? 'application/octet-stream' : 'application/json',
    });
    response.end(isBytes ? result : JSON.stringify(result ?? null));
  } catch (error) {
    if (gone.signal.aborted) return;
    const [status, words] = failureOf(error);
    sendError(response, status, words);
  }
}

function failureOf(error: unknown): readonly [number, string] {
  if (error instanceof SyntaxError) return [BAD_REQUEST, 'The body is no JSON'];
  if (error instanceof PeerError) return [TOO_LARGE, error.message];
  if (!(error instanceof ServiceError)) return [FAILED, 'The request broke off'];
  const status = STATUS[error.code] ?? FAILED;
  return [status, status === UNAVAILABLE ? 'Service unavailable' : error.message];
}
