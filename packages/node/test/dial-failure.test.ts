import { describe, expect, it } from 'vitest';
import { explainDialError, explainHttpAnswer } from '../src/links/dial-failure.js';

function systemError(code: string): Error {
  return Object.assign(new Error(code), { code });
}

describe('a failed dial', () => {
  it.each([
    ['ECONNREFUSED', 'refused'],
    ['ETIMEDOUT', 'timeout'],
    ['EHOSTUNREACH', 'unreachable'],
    ['ENETUNREACH', 'unreachable'],
    ['ENOTFOUND', 'unreachable'],
    ['EAI_AGAIN', 'unreachable'],
    ['ECONNRESET', 'unreachable'],
    ['EMFILE', 'unreachable'],
    ['HPE_INVALID_CONSTANT', 'not-hearsay'],
  ])('with %s is called %s', (code, failure) => {
    expect(explainDialError(systemError(code))).toMatchObject({ failure });
  });

  it('without a code came from an answer that made no sense', () => {
    const error = new Error('Server sent no subprotocol');
    expect(explainDialError(error).failure).toBe('not-hearsay');
  });

  it('to a name with several addresses is refused only when each refused', () => {
    const [refused, unreachable] = [systemError('ECONNREFUSED'), systemError('ENETUNREACH')];
    const all = (...errors: Error[]) => explainDialError(new AggregateError(errors, 'all failed'));
    expect(all(refused, refused).failure).toBe('refused');
    expect(all(refused, unreachable).failure).toBe('unreachable');
    expect(all().failure).toBe('not-hearsay');
  });

  it('that ends in an HTTP answer says which', () => {
    const detail = 'answered HTTP 404';
    expect(explainHttpAnswer(404)).toEqual({ failure: 'not-hearsay', detail });
    expect(explainHttpAnswer(503).failure).toBe('unreachable');
  });
});
