import type { StandardSchemaV1 } from '@standard-schema/spec';
import { ServiceError, type ServiceErrorCode } from '../errors.js';

/** Any validator that speaks Standard Schema: Zod, Valibot, ArkType and others. */
export type Schema<Input = unknown, Output = Input> = StandardSchemaV1<Input, Output>;
export type InputOf<S extends Schema> = StandardSchemaV1.InferInput<S>;
export type OutputOf<S extends Schema> = StandardSchemaV1.InferOutput<S>;

/** Issues that are told of one value; a validator may find thousands. */
const ISSUES_MAX = 5;

/**
 * @returns a promise only where the validator gave one
 * @throws ServiceError `code` with what is wrong and where
 */
export function validate<S extends Schema>(
  schema: S,
  value: unknown,
  code: ServiceErrorCode,
): OutputOf<S> | Promise<OutputOf<S>> {
  const result = schema['~standard'].validate(value);
  return result instanceof Promise
    ? result.then((awaited) => checkedOf<S>(awaited, code))
    : checkedOf<S>(result, code);
}

function checkedOf<S extends Schema>(
  result: StandardSchemaV1.Result<unknown>,
  code: ServiceErrorCode,
): OutputOf<S> {
  if (result.issues === undefined) return result.value as OutputOf<S>; // What the schema says it gives.
  throw new ServiceError(code, result.issues.slice(0, ISSUES_MAX).map(wordsOf).join('; '));
}

function wordsOf({ message, path = [] }: StandardSchemaV1.Issue): string {
  const where = path.map((part) => String(typeof part === 'object' ? part.key : part)).join('.');
  return where === '' ? message : `${where}: ${message}`;
}
