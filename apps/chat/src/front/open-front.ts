import { type Theme, type ThemeName, themeFor, wantsAscii, wantsColour } from '@hearsay/terminal';
import { Failure } from '../command-line/failure.js';
import { eventLine } from '../json/encode.js';
import { outputBytesMax } from '../limits.js';
import { BoundedOutput } from '../output/bounded-output.js';
import { ASCII_GLYPHS, COLOURS, type Look, NO_PAINT, UNICODE_GLYPHS } from '../text/look.js';
import type { Front, FrontContext } from './front.js';
import type { FullFrontOptions } from './full-front.js';

/**
 * - `full`: the whole screen.
 * - `inline`: a line editor with output above it.
 * - `simple`: lines for a person; no colours, no cursor movement.
 * - `plain`: lines for programs that read text.
 * - `json`: objects for programs.
 */
export type Mode = 'full' | 'inline' | 'simple' | 'plain' | 'json';

export interface ModeOptions {
  readonly plain?: boolean;
  readonly json?: boolean;
  readonly simple?: boolean;
  readonly inline?: boolean;
}

interface Surroundings {
  readonly stdin: { readonly isTTY?: boolean };
  readonly stdout: { readonly isTTY?: boolean };
  readonly environment: NodeJS.ProcessEnv;
}

/** @throws Failure when two modes are asked for */
export function pickMode(options: ModeOptions, { stdin, stdout, environment }: Surroundings): Mode {
  const asked = (['plain', 'json', 'simple', 'inline'] as const).filter(
    (mode) => options[mode] === true,
  );
  const [first, second] = asked;
  if (first !== undefined && second !== undefined) {
    throw new Failure(`--${first} and --${second} exclude each other`);
  }
  // Without a terminal there is no line to edit: the nearest thing is chosen.
  if (first !== undefined && (first !== 'inline' || stdout.isTTY === true)) return first;
  if (stdout.isTTY !== true) return 'plain';
  // Output to a person, input from a file or a pipe: nothing to edit.
  if (stdin.isTTY !== true || environment['TERM'] === 'dumb') return 'simple';
  return first ?? 'full';
}

/** Loads only the front end that is wanted. */
export async function openFront(
  mode: Mode,
  options: FullFrontOptions,
): Promise<(context: FrontContext) => Front> {
  switch (mode) {
    case 'full': {
      const { FullFront } = await import('./full-front.js');
      return (context) => new FullFront(context, options);
    }
    case 'inline': {
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

export interface LookOptions {
  readonly color: boolean;
  readonly ascii?: boolean;
  readonly theme?: ThemeName;
}

export function openLook(mode: Mode, options: LookOptions): Look {
  const isEdited = mode === 'full' || mode === 'inline';
  const ascii = wantsAscii({ environment: process.env, ascii: options.ascii ?? false });
  return {
    paint: colourWanted(mode, options) ? COLOURS : NO_PAINT,
    glyphs: ascii ? ASCII_GLYPHS : UNICODE_GLYPHS,
    columns: undefined,
    nickColumns: isEdited ? NICK_COLUMNS : 0,
  };
}

/** How the whole screen looks. */
export function openTheme(options: LookOptions): Theme {
  return themeFor({ name: options.theme ?? 'dark', colour: colourWanted('full', options) });
}

function colourWanted(mode: Mode, { color }: LookOptions): boolean {
  return wantsColour({
    environment: process.env,
    isTerminal: process.stdout.isTTY === true,
    color,
    simple: mode !== 'full' && mode !== 'inline',
  });
}
