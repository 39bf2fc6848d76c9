/**
 * Every way a call, or a definition, is refused.
 *
 * | code | said by | taken by a handler? |
 * |---|---|---|
 * | `no-provider` | caller: nobody announces the service | no |
 * | `unavailable` | caller: providers are there, and none may be called (breaker, health, draining, no link) | no |
 * | `invalid-input` | caller or provider: the input does not fit the schema | no |
 * | `unencodable-input`, `too-large` | caller: the input is no JSON value or bytes, or over `PAYLOAD_BYTES_MAX` | no |
 * | `overloaded` | either: a bound of concurrency is reached | no |
 * | `closed`, `bad-name`, `name-taken`, `bad-option`, `not-a-stream` | the side that was asked | no |
 * | `handler-failed` | provider: the handler threw | yes |
 * | `unencodable-output` | provider: the result is no JSON value or bytes, or too large | yes |
 * | `invalid-output` | caller: the result does not fit the schema of the contract | yes |
 * | `timeout` | either: the deadline has passed | perhaps |
 * | `cancelled` | caller: by its signal | perhaps |
 * | `lost` | caller: providers vanished, as often as may be tried | perhaps; the call was idempotent |
 * | `outcome-unknown` | caller: the provider vanished with the call | perhaps; it was not called a second time |
 */
export type ServiceErrorCode =
  | 'no-provider'
  | 'unavailable'
  | 'invalid-input'
  | 'unencodable-input'
  | 'too-large'
  | 'overloaded'
  | 'closed'
  | 'bad-name'
  | 'name-taken'
  | 'bad-option'
  | 'not-a-stream'
  | 'handler-failed'
  | 'unencodable-output'
  | 'invalid-output'
  | 'timeout'
  | 'cancelled'
  | 'lost'
  | 'outcome-unknown';

/** An operating error of services with a stable code. */
export class ServiceError extends Error {
  readonly code: ServiceErrorCode;

  constructor(code: ServiceErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ServiceError';
    this.code = code;
  }
}

/** The message of anything that was thrown. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
