import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { formatInvite, PeerError } from '@hearsay/node';
import { InvalidArgumentError } from 'commander';
import { describe, expect, it } from 'vitest';
import { describeFailure, Failure } from '../src/command-line/failure.js';
import { readTargets } from '../src/command-line/targets.js';
import {
  addressValues,
  countValue,
  durationValue,
  networkValue,
  nickValue,
  portValue,
  positiveValue,
  roomValue,
} from '../src/command-line/values.js';
import { pickMode } from '../src/front/open-front.js';
import { recallNick, rememberNick } from '../src/profile/folders.js';
import { isNick, nextNick, nickFromUser } from '../src/profile/nick.js';

const INVITE = formatInvite({
  network: 'ops',
  id: 'ab'.repeat(6),
  key: Buffer.alloc(32, 1),
  addresses: ['h:1'],
});

describe('the words of the command line', () => {
  it.each([[['bob', INVITE]], [['bob', 'g:2', INVITE]], [[INVITE]]])(
    '%j has an invite',
    (words) => {
      expect(readTargets(words)).toMatchObject({ invite: { network: 'ops', addresses: ['h:1'] } });
    },
  );

  it.each([
    [[], undefined, []],
    [['ana'], 'ana', []],
    [['bob', '192.168.1.20:7340'], 'bob', ['192.168.1.20:7340']],
    [['bob', '7341', '[::1]:7340'], 'bob', ['7341', '[::1]:7340']],
    [['localhost:7340'], undefined, ['localhost:7340']],
    [['7340'], '7340', []],
  ])('%j', (words, nick, join) => {
    expect(readTargets(words)).toEqual({ nick, join, invite: undefined });
  });

  it.each([
    [['mesh'], 'mesh is a reserved name'],
    [['Wait-Sync'], 'reserved name'],
    [['a b'], 'not a nick'],
    [['-x'], 'not a nick'],
    [['a\u001b[31m'], 'not a nick: "a\\u001b[31m"'],
    [['x'.repeat(33)], 'not a nick'],
    [['bob', 'ana'], 'not an address: "ana"; write HOST:PORT, for example ana:7340'],
    [['sned', '#lobby', 'hi'], 'or a command that hearsay --help lists'],
    [['bob', 'h:0'], 'not an address'],
    [['bob', 'h:99999'], 'not an address'],
    [['bob', 'h:1:2'], 'not an address'],
    [['bob', 'hearsay://h:1/ops'], 'this invite does not read: its key is missing'],
    [['bob', INVITE, INVITE], 'one invite at a time'],
    [['invite'], 'reserved name'],
  ])('%j is refused', (words, message) => {
    expect(() => readTargets(words)).toThrow(message);
  });
});

describe('values of options', () => {
  it('are read', () => {
    expect(portValue('0')).toBe(0);
    expect(countValue('0')).toBe(0);
    expect(positiveValue('2')).toBe(2);
    expect(durationValue('5s')).toBe(5_000);
    expect(roomValue('#Lobby')).toBe('lobby');
    expect(nickValue('ana')).toBe('ana');
    expect(networkValue('team-1')).toBe('team-1');
    expect(addressValues('h:1', addressValues('g:2'))).toEqual(['g:2', 'h:1']);
  });

  it.each([
    [portValue, '-1'],
    [portValue, '65536'],
    [portValue, '80x'],
    [portValue, ''],
    [countValue, '-1'],
    [countValue, '1e3'],
    [positiveValue, '0'],
    [durationValue, 'soon'],
    [roomValue, 'a b'],
    [nickValue, 'a b'],
    [networkValue, '../x'],
    [networkValue, 'x'.repeat(65)],
    [addressValues, 'h'],
  ])('are refused: %o of %j', (read, text) => {
    expect(() => read(text)).toThrow(InvalidArgumentError);
  });
});

describe('a failure', () => {
  it.each([
    [new Failure('no peer found', 3), 3, 'no peer found'],
    [new PeerError('port-busy', 'port 7340 is in use'), 2, 'port 7340 is in use'],
    [new PeerError('internal', 'an invariant broke'), 1, 'an invariant broke'],
    [new TypeError('x is undefined'), 1, 'unexpected: x is undefined'],
    ['text', 1, 'unexpected: text'],
  ])('%s ends with exit code %i', (error, exitCode, words) => {
    const failure = describeFailure(error);
    expect(failure.exitCode).toBe(exitCode);
    expect(failure.line).toContain(words);
    expect(failure.line).not.toContain('\n');
  });
});

describe('nicks', () => {
  it.each(['ana', 'Ana-2', 'a.b_c', '7', 'Åsa', '長い', 'x'.repeat(32)])('%s is one', (text) => {
    expect(isNick(text)).toBe(true);
  });

  it.each([
    '',
    ' ',
    'a b',
    '-a',
    '.a',
    '_a',
    '@x',
    'a/b',
    '..',
    'a\u0000',
    'a\u202e',
    'e\u0301',
    'x'.repeat(33),
  ])('%j is none', (text) => {
    expect(isNick(text)).toBe(false);
  });

  it.each([
    ['root', 'root'],
    ['DOMAIN\\ana maria', 'DOMAIN-ana-maria'],
    ['_www', 'www'],
    ['', 'me'],
    ['peers', 'me'],
    ['!!!', 'me'],
  ])('the user %j becomes %s', (user, nick) => {
    expect(nickFromUser(user)).toBe(nick);
    expect(isNick(nick)).toBe(true);
  });

  it.each([
    ['ana', 'ana-2'],
    ['ana-2', 'ana-3'],
    ['x'.repeat(32), `${'x'.repeat(28)}-2`],
  ])('beside %s there is %s', (nick, next) => {
    expect(nextNick(nick)).toBe(next);
    expect(isNick(next)).toBe(true);
  });
});

describe('folders', () => {
  it('remember the last nick', async () => {
    const base = await mkdtemp(path.join(tmpdir(), 'hearsay-'));
    try {
      expect(await recallNick(base)).toBeUndefined();
      await rememberNick(path.join(base, 'deeper'), 'ana');
      expect(await recallNick(path.join(base, 'deeper'))).toBe('ana');
      await rememberNick(path.join(base, 'deeper'), '../evil');
      expect(await recallNick(path.join(base, 'deeper'))).toBeUndefined();
    } finally {
      await rm(base, { recursive: true });
    }
  });
});

describe('the mode', () => {
  const terminal = { stdin: { isTTY: true }, stdout: { isTTY: true }, environment: {} };

  it.each([
    [{}, {}, 'full'],
    [{ inline: true }, {}, 'inline'],
    [{ inline: true }, { stdout: {} }, 'plain'],
    [{ inline: true }, { environment: { TERM: 'dumb' } }, 'inline'],
    [{ simple: true }, {}, 'simple'],
    [{}, { environment: { TERM: 'dumb' } }, 'simple'],
    [{}, { stdin: {} }, 'simple'],
    [{}, { stdout: {} }, 'plain'],
    [{ plain: true }, {}, 'plain'],
    [{ json: true }, { stdout: {} }, 'json'],
    [{ simple: true }, { stdout: {} }, 'simple'],
  ])('with %j and %j is %s', (options, changes, mode) => {
    expect(pickMode(options, { ...terminal, ...changes })).toBe(mode);
  });

  it('is one', () => {
    expect(() => pickMode({ json: true, plain: true }, terminal)).toThrow('exclude each other');
  });
});
