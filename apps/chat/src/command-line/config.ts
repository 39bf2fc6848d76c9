import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { parseKey, THEME_NAMES, type ThemeName } from '@hearsay/terminal';
import { configBytesMax } from '../limits.js';
import { ACTIONS, type Action, DEFAULT_KEYS, type KeyMap } from '../screen/model/keys.js';
import { Failure } from './failure.js';

/** What a person prefers; options of the command line win over it. */
export interface Config {
  readonly theme: ThemeName | undefined;
  readonly ascii: boolean | undefined;
  readonly bell: boolean;
  /** Tell when we type, and show who does. */
  readonly typing: boolean;
  readonly screen: 'full' | 'inline' | 'simple' | undefined;
  readonly keys: KeyMap;
  /** Fields that mean nothing here, each with file and line. */
  readonly warnings: readonly string[];
}

const SCREENS = ['full', 'inline', 'simple'] as const;
const FIELDS = ['theme', 'ascii', 'bell', 'typing', 'screen', 'keys'];

export const DEFAULT_CONFIG: Config = {
  theme: undefined,
  ascii: undefined,
  bell: true,
  typing: true,
  screen: undefined,
  keys: DEFAULT_KEYS,
  warnings: [],
};

/** `$XDG_CONFIG_HOME/hearsay/config.json`, else below `~/.config`. */
export function configFile(environment: NodeJS.ProcessEnv = process.env): string {
  const base = environment['XDG_CONFIG_HOME'] || path.join(homedir(), '.config');
  return path.join(base, 'hearsay', 'config.json');
}

/** Reads the file; without one everything is as usual. @throws Failure for one that cannot be read or is wrong */
export async function readConfig(file: string = configFile()): Promise<Config> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') return DEFAULT_CONFIG;
    throw new Failure(`cannot read ${file} (${String(code)})`);
  }
  if (text.length > configBytesMax) throw new Failure(`${file} is too large for a configuration`);
  return parseConfig(text, file);
}

/** @param file named in what is told. @throws Failure with file and line for what is no JSON, or no value of its field */
export function parseConfig(text: string, file: string): Config {
  const fields = parseObject(text, file);
  const at = (field: string): string => `${file}:${lineOf(text, field)}`;
  const wrong = (field: string, rule: string): never => {
    throw new Failure(`${at(field)}: ${field} is ${rule}`);
  };
  const one = <Value extends string>(
    field: string,
    values: readonly Value[],
  ): Value | undefined => {
    const value = fields[field];
    if (value === undefined) return undefined;
    return values.find((each) => each === value) ?? wrong(field, `one of ${values.join(', ')}`);
  };
  const yes = (field: string): boolean | undefined => {
    const value = fields[field];
    if (value === undefined || typeof value === 'boolean') return value;
    return wrong(field, 'true or false');
  };
  const unknown = Object.keys(fields).filter((field) => !FIELDS.includes(field));
  const { keys = {} } = fields;
  if (typeof keys !== 'object' || keys === null || Array.isArray(keys)) {
    wrong('keys', 'an object, such as { "mesh": "F3" }');
  }
  return {
    theme: one('theme', THEME_NAMES),
    ascii: yes('ascii'),
    bell: yes('bell') ?? true,
    typing: yes('typing') ?? true,
    screen: one('screen', SCREENS),
    keys: readKeys(keys as Readonly<Record<string, unknown>>, at), // Checked just above.
    warnings: unknown.map(
      (field) => `${at(field)}: unknown field "${field}"; known are ${FIELDS.join(', ')}`,
    ),
  };
}

function parseObject(text: string, file: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const position = Number(/position (\d+)/.exec(String(error))?.[1] ?? 0);
    const line = text.slice(0, position).split('\n').length;
    throw new Failure(`${file}:${line}: not JSON`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Failure(`${file}:1: not a JSON object`);
  }
  return value as Readonly<Record<string, unknown>>; // An object, by the check above.
}

/** Each action may be given one key or several; they replace those it has. */
function readKeys(keys: Readonly<Record<string, unknown>>, at: (field: string) => string): KeyMap {
  const map: Record<string, Action> = { ...DEFAULT_KEYS };
  for (const [name, value] of Object.entries(keys)) {
    const action = ACTIONS.find((each) => each === name);
    if (action === undefined) {
      throw new Failure(`${at(name)}: no action "${name}"; there are ${ACTIONS.join(', ')}`);
    }
    for (const [key, old] of Object.entries(map)) if (old === action) delete map[key];
    for (const text of Array.isArray(value) ? value : [value]) {
      const key = typeof text === 'string' ? parseKey(text) : undefined;
      if (key === undefined)
        throw new Failure(
          `${at(name)}: no key: ${JSON.stringify(text)}; write it like Alt-M or F2`,
        );
      map[key] = action;
    }
  }
  return map;
}

/** The line on which a field stands; 1 when it is not found as written. */
function lineOf(text: string, field: string): number {
  const index = text.indexOf(JSON.stringify(field));
  return text.slice(0, Math.max(0, index)).split('\n').length;
}
