#!/usr/bin/env node
import { CommanderError } from 'commander';
import { describeFailure, type ExitCode } from './command-line/failure.js';
import { flushStream } from './output/flush.js';
import { createProgram, exitCodeOf } from './program.js';

/** A reader of stdout that stopped reading is not waited for longer than this. */
const OUTPUT_PATIENCE_MS = 1_000;

process.stdout.on('error', () => undefined); // A reader that goes away (EPIPE) is no fault of ours.
process.stderr.on('error', () => undefined);

const exitCode = await run();
await flushStream(process.stdout, OUTPUT_PATIENCE_MS);
process.exit(exitCode);

async function run(): Promise<ExitCode> {
  let exitCode: ExitCode = 0;
  try {
    await createProgram((code) => {
      exitCode = code;
    }).parseAsync();
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return exitCodeOf(error);
    const failure = describeFailure(error);
    process.stderr.write(`hearsay: ${failure.line}\n`);
    if (process.env['HEARSAY_DEBUG'] && error instanceof Error)
      process.stderr.write(`${error.stack}\n`);
    return failure.exitCode;
  }
}
