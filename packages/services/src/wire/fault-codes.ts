/**
 * Why a provider did not answer a request with a result. The place in the list is the number on the
 * wire.
 *
 * - `unknown-service`, `draining`, `restarted`: it does not serve that, or not any more, or is another
 *   run than the one that was meant. Never taken by a handler.
 * - `overloaded`: its bounds of concurrency are reached. Never taken.
 * - `invalid-input`: the input does not fit the schema. Never taken.
 * - `handler-failed`, `unencodable-output`: the handler threw, or gave what does not encode.
 * - `timeout`: it did not answer before the deadline.
 * - `not-a-stream`: a stream was asked of a plain handler, or the other way round. Never taken.
 */
export const FAULT_CODES = [
  'unknown-service',
  'draining',
  'restarted',
  'overloaded',
  'invalid-input',
  'handler-failed',
  'unencodable-output',
  'timeout',
  'not-a-stream',
] as const;

export type FaultCode = (typeof FAULT_CODES)[number];
