import { describe, expect, it } from 'vitest';
import { wantsAscii, wantsColour } from '../src/environment.js';

describe('colours', () => {
  const request = { environment: {}, isTerminal: true, color: true, ascii: false, simple: false };

  it.each([
    ['in a terminal', {}, true],
    ['not with --no-color', { color: false }, false],
    ['not in simple mode', { simple: true }, false],
    ['not in a pipe', { isTerminal: false }, false],
    ['not with NO_COLOR', { environment: { NO_COLOR: '1' } }, false],
    ['with an empty NO_COLOR', { environment: { NO_COLOR: '' } }, true],
    ['not on a dumb terminal', { environment: { TERM: 'dumb' } }, false],
    ['in a pipe with FORCE_COLOR', { isTerminal: false, environment: { FORCE_COLOR: '1' } }, true],
    ['not with FORCE_COLOR=0', { environment: { FORCE_COLOR: '0' } }, false],
  ])('are used %s', (_when, changes, expected) => {
    expect(wantsColour({ ...request, ...changes })).toBe(expected);
  });
});

describe('symbols beyond ASCII', () => {
  it.each([
    [{ LANG: 'C.UTF-8' }, false],
    [{ LANG: 'en_US.utf8' }, false],
    [{ LC_ALL: 'C', LANG: 'C.UTF-8' }, true],
    [{}, true],
  ])('with %j: ascii %s', (environment, expected) => {
    expect(wantsAscii({ environment, ascii: false }, 'linux')).toBe(expected);
  });

  it('are not used with --ascii', () => {
    expect(wantsAscii({ environment: { LANG: 'C.UTF-8' }, ascii: true }, 'linux')).toBe(true);
  });
});
