#!/usr/bin/env node
import { LabError } from './errors.js';
import { createProgram } from './program.js';

try {
  await createProgram().parseAsync();
} catch (error) {
  if (!(error instanceof LabError)) throw error;
  console.error(`hearsay-lab: ${error.message}`);
  process.exitCode = error.code === 'usage' ? 2 : 1;
}
