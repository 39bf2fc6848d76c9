import { describe, expect, it } from 'vitest';
import { parseMessageKey } from '../../src/json/message-key.js';
import { parseRequest } from '../../src/json/requests.js';
import { idOf } from '../support/fake-peer.js';

describe('a request', () => {
  it.each([
    ['{"type":"say","text":"hi","ref":"1"}', '1', { type: 'say', text: 'hi', action: false }],
    [
      '{"type":"say","room":"#Dev","text":"hi","ref":2}',
      2,
      { type: 'say', room: 'dev', text: 'hi' },
    ],
    [
      '{"type":"say","to":"bob","text":"hi","action":true}',
      undefined,
      { type: 'say', to: 'bob', action: true },
    ],
    ['{"type":"join","room":"dev"}', undefined, { type: 'join', room: 'dev' }],
    ['{"type":"part","room":"dev"}', undefined, { type: 'part', room: 'dev' }],
    ['{"type":"nick","nick":"x"}', undefined, { type: 'nick', nick: 'x' }],
    ['{"type":"members","later":1}', undefined, { type: 'members' }],
    ['{"type":"status"}', undefined, { type: 'status' }],
    ['{"type":"receipt","id":"x"}', undefined, { type: 'receipt', id: 'x' }],
    ['{"type":"leave"}', undefined, { type: 'leave' }],
  ])('%s is read', (line, ref, request) => {
    expect(parseRequest(line)).toMatchObject({
      kind: 'request',
      ...(ref === undefined ? {} : { ref }),
      request,
    });
  });

  it.each([
    ['hello', 'bad-json'],
    ['', 'bad-json'],
    ['[]', 'bad-json'],
    ['null', 'bad-json'],
    ['{"type":"say","text":', 'bad-json'],
    ['{}', 'unknown-type'],
    ['{"type":"sya","text":"hi"}', 'unknown-type'],
    ['{"type":"say"}', 'bad-request'],
    ['{"type":"say","text":1}', 'bad-request'],
    ['{"type":"say","text":"x","room":"a b"}', 'bad-request'],
    ['{"type":"say","text":"x","room":1}', 'bad-request'],
    ['{"type":"say","text":"x","to":1}', 'bad-request'],
    ['{"type":"say","text":"x","room":"dev","to":"bob"}', 'bad-request'],
    ['{"type":"say","text":"x","action":"yes"}', 'bad-request'],
    ['{"type":"join"}', 'bad-request'],
    ['{"type":"nick"}', 'bad-request'],
    ['{"type":"receipt"}', 'bad-request'],
    ['{"type":"members","ref":{}}', 'bad-request'],
    [`{"type":"members","ref":"${'x'.repeat(200)}"}`, 'bad-request'],
  ])('%s is refused', (line, code) => {
    expect(parseRequest(line)).toMatchObject({ kind: 'wrong', code });
  });

  it('that is refused keeps its ref', () => {
    expect(parseRequest('{"type":"say","ref":7}')).toMatchObject({ kind: 'wrong', ref: 7 });
  });
});

describe('the id of a message', () => {
  it('is read', () => {
    expect(parseMessageKey(`${idOf('a')}.2:41`)).toEqual({
      peer: idOf('a'),
      generation: 2,
      sequence: 41,
    });
  });

  it.each([
    '',
    'x',
    'abcd.1:1',
    `${idOf('a')}:1`,
    `${idOf('a')}.1`,
    `${idOf('a')}.1:-1`,
    `${idOf('a')}.1:1x`,
  ])('is not %j', (text) => {
    expect(parseMessageKey(text)).toBeUndefined();
  });
});
