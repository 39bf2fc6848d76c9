import { describe, expect, it } from 'vitest';
import { configFile, DEFAULT_CONFIG, parseConfig, readConfig } from '../src/command-line/config.js';
import { DEFAULT_KEYS } from '../src/screen/model/keys.js';

const parse = (text: string) => parseConfig(text, '/c/config.json');

describe('the configuration', () => {
  it('is looked for where configurations are', () => {
    expect(configFile({ XDG_CONFIG_HOME: '/c' })).toBe('/c/hearsay/config.json');
    expect(configFile({})).toMatch(/\.config\/hearsay\/config\.json$/);
  });

  it('need not be there', async () => {
    expect(await readConfig('/nowhere/config.json')).toBe(DEFAULT_CONFIG);
  });

  it('says how the screen looks and what keys do', () => {
    const config = parse(
      '{"theme":"mono","ascii":true,"bell":false,"screen":"inline","keys":{"mesh":["F3","Ctrl+G"]}}',
    );
    expect(config).toMatchObject({ theme: 'mono', ascii: true, bell: false, screen: 'inline' });
    expect(config.keys['f3']).toBe('mesh');
    expect(config.keys['ctrl-g']).toBe('mesh');
    expect(config.keys['alt-m']).toBeUndefined();
    expect(config.keys['f1']).toBe('help');
    expect(DEFAULT_KEYS['alt-m']).toBe('mesh');
  });

  it('that has a field nobody knows is used, and the field told with its line', () => {
    const { warnings, theme } = parse('{\n  "theme": "mono",\n  "colour": "red"\n}');
    expect(theme).toBe('mono');
    expect(warnings).toEqual([
      '/c/config.json:3: unknown field "colour"; known are theme, ascii, bell, typing, screen, keys',
    ]);
  });

  it.each([
    ['{\n "theme": "pink"}', '/c/config.json:2: theme is one of dark, mono'],
    ['{"bell": "yes"}', '/c/config.json:1: bell is true or false'],
    ['{"keys": []}', '/c/config.json:1: keys is an object'],
    ['{"keys": {\n"fly": "F3"}}', '/c/config.json:2: no action "fly"'],
    ['{"keys": {"mesh": "m"}}', '/c/config.json:1: no key: "m"'],
    ['{\n\n oops}', '/c/config.json:3: not JSON'],
    ['[]', '/c/config.json:1: not a JSON object'],
  ])('%j is refused with file and line', (text, message) => {
    expect(() => parse(text)).toThrow(message);
  });
});
