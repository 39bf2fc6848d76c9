import { describe, expect, it } from 'vitest';
import { decodePayload, encodePayload } from '../../src/chat/payload.js';

const decode = (text: string): ReturnType<typeof decodePayload> => decodePayload(Buffer.from(text));

describe('the payload of a message', () => {
  it('is compact', () => {
    expect(encodePayload({ kind: 'say', text: 'hi', nick: 'ana' })).toBe(
      '{"v":1,"k":"say","text":"hi","nick":"ana"}',
    );
  });

  it('comes back as it was', () => {
    const payload = { kind: 'me', text: 'gets "popcorn"\n長い 👋', nick: 'ana' } as const;
    expect(decode(encodePayload(payload))).toEqual({ kind: 'chat', payload });
  });

  it('may have fields of a later version', () => {
    expect(decode('{"v":1,"k":"say","text":"a","nick":"b","mood":1}').kind).toBe('chat');
  });

  it.each(['{"v":2,"k":"say","text":1}', '{"v":1,"k":"poll","of":"x"}'])(
    'of a later version is unknown: %s',
    (text) => {
      expect(decode(text)).toEqual({ kind: 'unknown' });
    },
  );

  it.each([
    '',
    'hello',
    'null',
    '[]',
    '"text"',
    '{}',
    '{"v":"1","k":"say","text":"a","nick":"b"}',
    '{"v":1,"k":1,"text":"a","nick":"b"}',
    '{"v":1,"k":"say","nick":"b"}',
    '{"v":1,"k":"say","text":["a"],"nick":"b"}',
    '{"v":1,"k":"say","text":"a"}',
    '{"v":1,"k":"say","text":"a","nick":{}}',
  ])('is malformed: %s', (text) => {
    expect(decode(text)).toEqual({ kind: 'malformed' });
  });

  it('is malformed when it is not UTF-8', () => {
    expect(decodePayload(Uint8Array.of(0x22, 0xff, 0x22))).toEqual({ kind: 'malformed' });
  });
});
