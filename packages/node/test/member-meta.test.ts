import { describe, expect, it } from 'vitest';
import { decodeMeta, encodeMeta, ownNick, ownTags } from '../src/member-meta.js';

const encode = (value: unknown) => Buffer.from(JSON.stringify(value));

describe('an own nick', () => {
  it('is cleaned', () => {
    expect(ownNick(' \u001b[1mana\u001b[0m ')).toBe('ana');
  });

  it.each(['', '   ', '\u001b[31m', '\u202e', 'x'.repeat(33)])('%j is refused', (nick) => {
    expect(() => ownNick(nick)).toThrow(expect.objectContaining({ code: 'bad-nick' }));
  });

  it('may have 32 characters of any script', () => {
    expect(ownNick('👋'.repeat(32))).toBe('👋'.repeat(32));
  });
});

describe('own tags', () => {
  it.each([
    ['too many', Object.fromEntries(Array.from({ length: 13 }, (_, index) => [`t${index}`, 'x']))],
    ['a wrong name', { 'A b': 'x' }],
    ['an empty name', { '': 'x' }],
    ['a long value', { a: 'x'.repeat(129) }],
    ['an escape sequence', { a: '\u001b[31m' }],
  ])('with %s are refused', (_what, tags) => {
    expect(() => ownTags(tags)).toThrow(expect.objectContaining({ code: 'bad-tags' }));
  });
});

describe('meta', () => {
  it('is read again from what was written', () => {
    const meta = { nick: 'ana', tags: { pid: '7', version: '0.1.0' } };
    expect(decodeMeta(encodeMeta(meta, 512))).toEqual(meta);
  });

  it('that does not fit is refused', () => {
    const meta = { nick: 'ana', tags: { a: 'x'.repeat(100) } };
    expect(() => encodeMeta(meta, 64)).toThrow(expect.objectContaining({ code: 'meta-too-large' }));
  });

  it.each([
    ['nothing', new Uint8Array()],
    ['no JSON', Buffer.from('{')],
    ['no UTF-8', Buffer.from([0xff, 0xfe])],
    ['no object', encode(7)],
    ['null', encode(null)],
    ['a list', encode([])],
    ['a nick that is no text', encode({ nick: 7, tags: 'x' })],
    ['an invisible nick', encode({ nick: '\u202e\u001b[1m' })],
  ])('of a remote with %s says nothing', (_what, bytes) => {
    expect(decodeMeta(bytes)).toEqual({ nick: undefined, tags: {} });
  });

  it('of a remote is cleaned and cut', () => {
    const tags = {
      ...Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`t${index}`, 'v'])),
      __proto__: 'x',
    };
    const bytes = encode({ nick: `\u001b[31m${'n'.repeat(99)}`, tags: { a: 'x\u0007', ...tags } });
    const meta = decodeMeta(bytes);
    expect(meta.nick).toBe('n'.repeat(32));
    expect(meta.tags['a']).toBe('x');
    expect(Object.keys(meta.tags)).toHaveLength(16);
  });
});
