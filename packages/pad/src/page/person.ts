/** How somebody is shown to others. */
export interface Person {
  readonly name: string;
  readonly color: string;
  readonly colorLight: string;
}

const NAME_KEY = 'hearsay-pad-name';
const NAME_CHARS_MAX = 32;
/** Dark enough for white letters on them. */
const COLOURS = ['#b3261e', '#2b6cb0', '#2b7a3d', '#8e44ad', '#b7791f', '#00796b', '#c2185b'];
const ANIMALS = ['Heron', 'Otter', 'Lynx', 'Wren', 'Badger', 'Newt', 'Marten', 'Plover'];

export function ownName(): string {
  return localStorage.getItem(NAME_KEY) ?? `${pick(ANIMALS)} ${Math.ceil(Math.random() * 99)}`;
}

export function keepName(name: string): void {
  localStorage.setItem(NAME_KEY, cleanName(name));
}

export function personOf(name: string, color: string = pick(COLOURS)): Person {
  return { name: cleanName(name), color, colorLight: `${color}33` };
}

/** What others say of themselves may be anything. */
export function readPerson(state: unknown): Person | undefined {
  if (typeof state !== 'object' || state === null || !('user' in state)) return undefined;
  const { user } = state;
  if (typeof user !== 'object' || user === null) return undefined;
  if (!('name' in user) || typeof user.name !== 'string') return undefined;
  const color = 'color' in user && typeof user.color === 'string' ? user.color : '';
  return personOf(user.name, /^#[\da-f]{6}$/i.test(color) ? color : '#66645e');
}

function cleanName(name: string): string {
  return name.trim().slice(0, NAME_CHARS_MAX) || 'somebody';
}

function pick(of: readonly string[]): string {
  return of[Math.floor(Math.random() * of.length)] ?? '';
}
