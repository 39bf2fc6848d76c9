import { fileURLToPath } from 'node:url';
import { InvalidArgumentError } from 'commander';
import { createNarrator, type Narrator } from '../output/narrator.js';
import { styleFor } from '../output/style.js';

/** The chat program as it is built in this repository. */
export const chatFile: string = fileURLToPath(
  new URL('../../../chat/dist/bundle/hearsay.js', import.meta.url),
);

/** Help text of `--json`, the same for every command. */
export const jsonHelp = 'one JSON object a line';

/** Tells on standard output, for people or for scripts. */
export function narratorFor(json: boolean | undefined): Narrator {
  return createNarrator({
    json: json === true,
    style: styleFor(process.stdout, process.env),
    write: (line) => console.log(line),
  });
}

/** Reads a whole number above 0. */
export function parseCount(text: string): number {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number > 0) return number;
  throw new InvalidArgumentError('It must be a whole number above 0.');
}

/** Reads seconds above 0. */
export function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (Number.isFinite(seconds) && seconds > 0) return seconds;
  throw new InvalidArgumentError('It must be a number of seconds above 0.');
}

/** Reads `3,8,16`. */
export function parseCounts(text: string): number[] {
  return text.split(',').map(parseCount);
}
