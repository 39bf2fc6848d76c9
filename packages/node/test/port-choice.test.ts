import { describe, expect, it } from 'vitest';
import { PeerError } from '../src/errors.js';
import { checkPort, FIRST_PORT, LAST_PORT, listenOnFreePort } from '../src/links/port-choice.js';

function listenerThatRefuses(busy: (port: number) => boolean) {
  const tried: number[] = [];
  const listen = (port: number) => {
    tried.push(port);
    if (busy(port)) return Promise.reject(new PeerError('port-busy', `port ${port} is in use`));
    return Promise.resolve(port);
  };
  return { tried, listen };
}

describe('the choice of a port', () => {
  it('takes the first one that is free', async () => {
    const { listen } = listenerThatRefuses((port) => port === FIRST_PORT);
    expect(await listenOnFreePort(undefined, listen)).toBe(FIRST_PORT + 1);
  });

  it('takes any when all the usual ones are busy', async () => {
    const { listen, tried } = listenerThatRefuses((port) => port !== 0);
    expect(await listenOnFreePort(undefined, listen)).toBe(0);
    expect(tried).toHaveLength(LAST_PORT - FIRST_PORT + 2);
  });

  it('does not look further when one was asked for', async () => {
    const { listen, tried } = listenerThatRefuses(() => true);
    await expect(listenOnFreePort(9_000, listen)).rejects.toThrow('port 9000 is in use');
    expect(tried).toEqual([9_000]);
  });

  it('stops at any other trouble', async () => {
    const listen = () => Promise.reject(new PeerError('cannot-listen', 'no'));
    await expect(listenOnFreePort(undefined, listen)).rejects.toThrow('no');
  });

  it.each([-1, 65_536, 1.5, Number.NaN])('refuses %d', (port) => {
    expect(() => checkPort(port)).toThrow(expect.objectContaining({ code: 'bad-port' }));
  });
});
