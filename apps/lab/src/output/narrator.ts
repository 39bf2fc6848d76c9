import { clockMs } from '../clock.js';
import type { Style } from './style.js';

/** Tells a person, or a script, what happens while it happens. */
export interface Narrator {
  readonly json: boolean;
  /** A line with the time since the start. */
  step(kind: string, text: string): void;
  /** The result: text for people, an object for scripts. */
  result(text: string, data: object): void;
}

export interface NarratorOptions {
  /** One JSON object a line instead of text. */
  readonly json: boolean;
  readonly style: Style;
  readonly write: (line: string) => void;
}

/** `v` of every JSON line; raised on a breaking change. */
const jsonVersion = 1;

export function createNarrator({ json, style, write }: NarratorOptions): Narrator {
  const startedMs = clockMs();
  const elapsedMs = () => clockMs() - startedMs;
  const writeJson = (type: string, data: object) =>
    write(JSON.stringify({ v: jsonVersion, t: new Date().toISOString(), type, ...data }));
  return {
    json,
    step(kind, text) {
      if (json) writeJson('step', { elapsedMs: Math.round(elapsedMs()), kind, text });
      else write(`${style.dim(elapsed(elapsedMs()))}  ${style.bold(kind.padEnd(9))} ${text}`);
    },
    result(text, data) {
      if (json) writeJson('result', { elapsedMs: Math.round(elapsedMs()), ...data });
      else write(text);
    },
  };
}

function elapsed(milliseconds: number): string {
  return `${(milliseconds / 1_000).toFixed(2).padStart(6)} s`;
}
