import { createHash } from 'node:crypto';

type Fields = Readonly<Record<string, unknown>>;

const CHECK_CHARS = 32;

/** One line of JSON; its last field, `check`, is a hash over the others, so that no changed byte goes unseen. */
export function renderChecked(fields: Fields): string {
  const check = createHash('sha256').update(JSON.stringify(fields)).digest('hex');
  return `${JSON.stringify({ ...fields, check: check.slice(0, CHECK_CHARS) })}\n`;
}

/**
 * Reads what `renderChecked` wrote, to the byte.
 * @throws Error with the reason in a few words, and nothing of the text: it may be secret
 */
export function parseChecked(text: string): Fields {
  const { check: _check, ...fields } = parseFields(text);
  if (renderChecked(fields) !== text) throw new Error('its check does not fit');
  return fields;
}

/** @throws Error as `parseChecked` */
export function parseFields(text: string): Fields {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error('it is no JSON'); // What the parser says would show a part of it.
  }
  if (typeof value !== 'object' || value === null) throw new Error('it is no JSON object');
  return value as Fields; // An object, by the check above.
}
