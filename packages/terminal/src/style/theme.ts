import type { Role } from './span.js';

/** How each role looks, as parameters of SGR (ECMA-48, 8.3.117); empty: as plain text. */
export type Theme = Readonly<Record<Role, string>>;

/** Names of themes that a person can ask for. */
export const THEME_NAMES = ['dark', 'mono'] as const;
export type ThemeName = (typeof THEME_NAMES)[number];

/** Of the terminal's own sixteen colours, readable on dark and light; red is kept for alarms. */
const DARK: Theme = {
  dim: '2',
  strong: '1',
  good: '32',
  warn: '33',
  alarm: '1;31',
  title: '1',
  picked: '7',
  mention: '1;33',
  'tint-0': '32',
  'tint-1': '33',
  'tint-2': '34',
  'tint-3': '35',
  'tint-4': '36',
  'tint-5': '92',
  'tint-6': '94',
  'tint-7': '95',
  'tint-8': '96',
};

/** No colour: what matters is bold, or turned round. */
const MONO: Theme = {
  dim: '2',
  strong: '1',
  good: '',
  warn: '1',
  alarm: '1;7',
  title: '1',
  picked: '7',
  mention: '1;4',
  'tint-0': '',
  'tint-1': '',
  'tint-2': '',
  'tint-3': '',
  'tint-4': '',
  'tint-5': '',
  'tint-6': '',
  'tint-7': '',
  'tint-8': '',
};

/** The theme asked for; without colour (`NO_COLOR`) always the one that has none. */
export function themeFor({ name, colour }: { name: ThemeName; colour: boolean }): Theme {
  return name === 'mono' || !colour ? MONO : DARK;
}
