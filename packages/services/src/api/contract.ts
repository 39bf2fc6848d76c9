import type { Schema } from './schema.js';

/**
 * What a service takes and gives, shared by those who provide it and those who call it. Inputs are
 * checked where the service runs, results where it is called: neither trusts the other.
 */
export interface Contract<I extends Schema = Schema, O extends Schema = Schema> {
  readonly name: string;
  readonly input: I;
  /** Of the result, or of each item of a stream. Undefined: taken as it comes. */
  readonly output: O | undefined;
  /** Calls may run more than once without harm, and are retried elsewhere; a call may say otherwise. */
  readonly idempotent: boolean;
}

/** Any contract or the bare name of a service. */
export type Target = Contract | string;

export interface ContractOptions<I extends Schema, O extends Schema> {
  readonly input: I;
  readonly output?: O;
  /** Default false. */
  readonly idempotent?: boolean;
}

/**
 * ```ts
 * const addition = contract('addition', {
 *   input: z.object({ a: z.number(), b: z.number() }),
 *   output: z.number(),
 *   idempotent: true,
 * });
 * ```
 */
export function contract<I extends Schema, O extends Schema>(
  name: string,
  { input, output, idempotent = false }: ContractOptions<I, O>,
): Contract<I, O> {
  return { name, input, output, idempotent };
}
