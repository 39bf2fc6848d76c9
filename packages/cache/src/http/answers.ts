import type { ServerResponse } from 'node:http';

/** What becomes of a request, once it is decided. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
}

/** @param value what JSON can say */
export function jsonAnswer(
  value: object,
  status = 200,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return {
    status,
    headers: { 'content-type': 'application/json', ...headers },
    body: `${JSON.stringify(value)}\n`,
  };
}

/** Nothing that a peer says is for a shared cache, or to be guessed at by a browser. */
const ALWAYS = { 'cache-control': 'no-cache', 'x-content-type-options': 'nosniff' };

/** @param withBody false for HEAD, which tells the length all the same */
export function sendAnswer(response: ServerResponse, answer: Answer, withBody: boolean): void {
  const { status, headers = {}, body } = answer;
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  const hasNone = status === 204 || status === 304;
  response.writeHead(status, {
    ...ALWAYS,
    ...headers,
    ...(hasNone ? {} : { 'content-length': String(bytes?.byteLength ?? 0) }),
  });
  response.end(withBody && !hasNone ? bytes : undefined);
}
