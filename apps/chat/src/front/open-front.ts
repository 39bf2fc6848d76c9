import { wantsAscii, wantsColour } from '@hearsay/terminal';
import { Failure } from '../command-line/failure.js';
import { eventLine } from '../json/encode.js';
import { outputBytesMax } from '../limits.js';
import { BoundedOutput } from '../output/bounded-output.js';
import { ASCII_GLYPHS, COLOURS, type Look, NO_PAINT, UNICODE_GLYPHS } from '../text/look.js';
import type { Front, FrontContext } from './front.js';

/**
 * - `terminal`: a line editor with output above it.
 * - `simple`: lines for a person; no colours, no cursor movement.
 * - `plain`: lines for programs that read text.
 * - `json`: objects for programs.
 */
export type Mode = 'terminal' | 'simple' | 'plain' | 'json';

export interface ModeOptions {
  readonly plain?: boolean;
  readonly json?: boolean;
  readonly simple?: boolean;
}

interface Surroundings {
  readonly stdin: { readonly isTTY?: boolean };
  readonly stdout: { readonly isTTY?: boolean };
  readonly environment: NodeJS.ProcessEnv;
}

/** @throws Failure when two modes are asked for */
export function pickMode(options: ModeOptions, { stdin, stdout, environment }: Surroundings): Mode {
  const asked = (['plain', 'json', 'simple'] as const).filter((mode) => options[mode] === true);
  const [first, second] = asked;
  if (first !== undefined && second !== undefined) {
    throw new Failure(`--${first} and --${second} exclude each other`);
  }
  if (first !== undefined) return first;
  if (stdout.isTTY !== true) return 'plain';
  // Output to a person, input from a file or a pipe: nothing to edit.
  return stdin.isTTY !== true || environment['TERM'] === 'dumb' ? 'simple' : 'terminal';
}

/** Loads only the front end that is wanted. */
export async function openFront(mode: Mode): Promise<(context: FrontContext) => Front> {
  switch (mode) {
    case 'terminal': {
      const { TerminalFront } = await import('./terminal-front.js');
      return (context) => new TerminalFront(context);
    }
    case 'json': {
      const { JsonFront } = await import('./json-front.js');
      return (context) => new JsonFront(context);
    }
    case 'simple':
    case 'plain': {
      const { LineFront } = await import('./line-front.js');
      const reader = mode === 'simple' ? 'person' : 'program';
      return (context) =>
        new LineFront(context, { reader, commands: context.input.isTTY === true });
    }
  }
}

export function openOutput(mode: Mode): BoundedOutput {
  return new BoundedOutput({
    stream: process.stdout,
    bytesMax: outputBytesMax,
    describeDropped: (n) =>
      mode === 'json'
        ? eventLine('dropped', { n }, Date.now())
        : `-- ${n} lines dropped: the reader is too slow`,
  });
}

const NICK_COLUMNS = 8;

export function openLook(
  mode: Mode,
  options: { readonly color: boolean; readonly ascii?: boolean },
): Look {
  const request = {
    environment: process.env,
    isTerminal: process.stdout.isTTY === true,
    color: options.color,
    ascii: options.ascii ?? false,
    simple: mode !== 'terminal',
  };
  return {
    paint: wantsColour(request) ? COLOURS : NO_PAINT,
    glyphs: wantsAscii(request) ? ASCII_GLYPHS : UNICODE_GLYPHS,
    columns: undefined,
    nickColumns: mode === 'terminal' ? NICK_COLUMNS : 0,
  };
}
