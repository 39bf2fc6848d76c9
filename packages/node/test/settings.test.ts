import { DEFAULT_CONFIG, DEFAULT_LIMITS } from '@hearsay/core';
import { describe, expect, it } from 'vitest';
import { DEFAULT_RUNTIME_LIMITS } from '../src/limits.js';
import { resolveOptions } from '../src/settings.js';
import { DEFAULT_TIMERS } from '../src/timers.js';

describe('settings of a peer', () => {
  // Both are laid over each other: of two with one name the protocol would get that of the runtime.
  it('have no name twice, in the protocol and in the runtime', () => {
    const shared = (left: object, right: object): string[] =>
      Object.keys(left).filter((name) => Object.hasOwn(right, name));
    expect(shared(DEFAULT_CONFIG, DEFAULT_TIMERS)).toEqual([]);
    expect(shared(DEFAULT_LIMITS, DEFAULT_RUNTIME_LIMITS)).toEqual([]);
  });

  it('give the protocol its own defaults', () => {
    const { timings, limits } = resolveOptions({ nick: 'ada' });
    expect(timings).toMatchObject(DEFAULT_CONFIG);
    expect(limits).toMatchObject(DEFAULT_LIMITS);
  });
});
