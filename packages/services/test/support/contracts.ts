import { z } from 'zod';
import { contract } from '../../src/api/contract.js';

const pair = z.object({ a: z.number(), b: z.number() });

export const addition = contract('addition', {
  input: pair,
  output: z.number(),
  idempotent: true,
});
export const text = contract('text', { input: z.string(), output: z.string() });
