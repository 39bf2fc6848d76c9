import type { IncomingMessage, ServerResponse } from 'node:http';
import { PeerError, readBody } from '@hearsay/node';
import { parseTraceParent, ServiceError, type Services } from '@hearsay/services';
import { OPERATIONS } from '../service/operations.js';

/** Two numbers and a name need less; a larger body is refused. */
const CALCULATE_BODY_BYTES_MAX = 1_024;
const TIMEOUT_MS = 5_000;
const [OK, BAD_REQUEST, NOT_ALLOWED, UNAVAILABLE] = [200, 400, 405, 503];

interface Answer {
  readonly status: number;
  readonly body: { readonly result: number } | { readonly error: string };
}

/** Answers `POST /calculate`: `{"operation":"addition","a":5,"b":3}` with `{"result":8}`. */
export async function answerCalculate(
  services: Services,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { status, body } = await calculate(services, request);
  if (status === NOT_ALLOWED) response.setHeader('allow', 'POST');
  // What of a body was not read must not be taken for the next request.
  if (!request.complete) response.setHeader('connection', 'close');
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

async function calculate(services: Services, request: IncomingMessage): Promise<Answer> {
  if (request.method !== 'POST') return refusal(NOT_ALLOWED, 'Use POST');
  const asked = await readAsked(request);
  if (typeof asked === 'string') return refusal(BAD_REQUEST, asked);
  const { operation: name, ...operands } = asked;
  if (typeof name !== 'string') return refusal(BAD_REQUEST, 'operation must be a name');
  const found = OPERATIONS.get(name);
  if (found === undefined) return refusal(BAD_REQUEST, `Unsupported operation: ${name}`);
  const trace = parseTraceParent(
    String(request.headers['traceparent'] ?? ''),
    String(request.headers['tracestate'] ?? ''),
  );
  const [operation] = found;
  try {
    const checked = operation.input.safeParse(operands);
    if (!checked.success) return refusal(BAD_REQUEST, wordsOf(checked.error.issues));
    const options = { timeoutMs: TIMEOUT_MS, ...(trace === undefined ? {} : { trace }) };
    const result = await services.call(operation, checked.data, options);
    return { status: OK, body: { result } };
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    if (error.code === 'invalid-input') return refusal(BAD_REQUEST, error.message);
    return refusal(UNAVAILABLE, 'Service unavailable');
  }
}

/** @returns what was asked, or what is wrong with it */
async function readAsked(
  request: IncomingMessage,
): Promise<Readonly<Record<string, unknown>> | string> {
  try {
    const body = await readBody(request, CALCULATE_BODY_BYTES_MAX);
    const asked: unknown = JSON.parse(body.toString('utf8'));
    const isObject = typeof asked === 'object' && asked !== null && !Array.isArray(asked);
    return isObject ? { ...asked } : 'The body is no JSON object';
  } catch (error) {
    if (error instanceof PeerError) return `The body is over ${CALCULATE_BODY_BYTES_MAX} bytes`;
    if (error instanceof SyntaxError) return 'The body is no JSON';
    throw error;
  }
}

function wordsOf(issues: readonly { readonly path: PropertyKey[]; readonly message: string }[]) {
  return issues.map(({ path, message }) => [...path, message].map(String).join(' ')).join('; ');
}

function refusal(status: number, error: string): Answer {
  return { status, body: { error } };
}
