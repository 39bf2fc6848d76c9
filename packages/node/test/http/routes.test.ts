import { describe, expect, it } from 'vitest';
import { Routes } from '../../src/http/routes.js';

describe('routes', () => {
  it.each([
    ['/cache/', 'cache'],
    ['/cache/a/b', 'cache'],
    ['/cache', 'cache'],
    ['/cache/keys/', 'keys'],
    ['/cache/keys/x', 'keys'],
    ['/cachex', undefined],
    ['/healthz', 'health'],
    ['/healthz/', undefined],
    ['/healthz/x', undefined],
    ['/', undefined],
    ['', undefined],
    ['http://evil.example/cache/', undefined],
  ])('%s', (path, expected) => {
    const routes = new Routes<string>();
    routes.add('/cache/', 'cache');
    routes.add('/cache/keys/', 'keys');
    routes.add('/healthz', 'health');
    expect(routes.find(path)).toBe(expected);
  });

  it('are taken once, until they are removed', () => {
    const routes = new Routes<string>();
    const remove = routes.add('/a/', 'first');
    expect(() => routes.add('/a/', 'second')).toThrow(
      expect.objectContaining({ code: 'route-taken' }),
    );
    remove();
    routes.add('/a/', 'second');
    remove();
    expect(routes.find('/a/')).toBe('second');
  });

  it.each(['', 'a/', '/a b', '/a?', '/a%20'])('that are no path are refused: "%s"', (prefix) => {
    expect(() => new Routes().add(prefix, 1)).toThrow(
      expect.objectContaining({ code: 'bad-option' }),
    );
  });
});
