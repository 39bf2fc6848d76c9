#!/usr/bin/env node
import { CommanderError } from 'commander';
import { createProgram } from './program.js';

const FAILED = 1;
const USAGE = 2;

try {
  await createProgram().parseAsync();
} catch (error) {
  process.exitCode = exitCodeOf(error);
}

function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE;
  const line = error instanceof Error ? error.message : String(error);
  process.stderr.write(`hearsay-calculator: ${line}\n`);
  return FAILED;
}
