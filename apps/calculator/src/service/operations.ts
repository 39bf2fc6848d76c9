import { type Contract, contract } from '@hearsay/services';
import { z } from 'zod';

/** What every operation takes. */
interface Operands {
  readonly a: number;
  readonly b: number;
}

type Calculate = (operands: Operands) => number;
/** The contract of an operation. */
export type Operation = Contract<z.ZodType<Operands, Operands>, z.ZodType<number, number>>;

const OPERAND = 'must be a finite number';
const operands = z.object({ a: z.number(OPERAND), b: z.number(OPERAND) });

/** Checked with the input, so that whoever asked for it is told, and not whoever calculates. */
function operation(name: string, calculate: Calculate): readonly [Operation, Calculate] {
  const input = operands.superRefine((given, context) => {
    const problem = problemOf(name, given, calculate);
    if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
  });
  return [contract(name, { input, output: z.number(), idempotent: true }), calculate];
}

function problemOf(name: string, given: Operands, calculate: Calculate): string | undefined {
  if (name === 'division' && given.b === 0) return 'Division by zero';
  return Number.isFinite(calculate(given)) ? undefined : 'The result is too large';
}

/** Every operation by its name, with how it is calculated. */
export const OPERATIONS: ReadonlyMap<string, readonly [Operation, Calculate]> = new Map(
  [
    operation('addition', ({ a, b }) => a + b),
    operation('subtraction', ({ a, b }) => a - b),
    operation('multiplication', ({ a, b }) => a * b),
    operation('division', ({ a, b }) => a / b),
  ].map((each) => [each[0].name, each]),
);
