const VERSION = 1;

/** C1 controls, line separators and bidi controls: legal in JSON, harmful on a terminal. */
const HARMFUL = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/** JSON on one line that is safe to look at: nothing lost, what could act is written as an escape. */
export function safeJson(value: unknown): string {
  return JSON.stringify(value).replace(
    HARMFUL,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** One object of the output: version, time, type, and the fields of the type. */
export function eventLine(
  type: string,
  fields: Readonly<Record<string, unknown>>,
  wallMs: number,
): string {
  return safeJson({ v: VERSION, t: new Date(wallMs).toISOString(), type, ...fields });
}
