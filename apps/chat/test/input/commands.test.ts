import { describe, expect, it } from 'vitest';
import { COMMANDS, complete, parseCommand } from '../../src/input/commands.js';
import { helpRows } from '../../src/view/help.js';

describe('a line of input', () => {
  it.each([
    ['', { kind: 'nothing' }],
    ['   ', { kind: 'nothing' }],
    ['hello', { kind: 'say', text: 'hello' }],
    ['  spaces stay', { kind: 'say', text: '  spaces stay' }],
    ['two\nlines', { kind: 'say', text: 'two\nlines' }],
    ['//quit', { kind: 'say', text: '/quit' }],
    ['/say /quit', { kind: 'say', text: '/quit' }],
    ['/SAY hi', { kind: 'say', text: 'hi' }],
    ['/me gets popcorn', { kind: 'me', text: 'gets popcorn' }],
    ['/msg bob hi there', { kind: 'msg', to: 'bob', text: 'hi there' }],
    ['/w bob one\ntwo', { kind: 'msg', to: 'bob', text: 'one\ntwo' }],
    ['/join #dev', { kind: 'join', name: '#dev' }],
    ['/J dev', { kind: 'join', name: 'dev' }],
    ['/part', { kind: 'part', name: undefined }],
    ['/leave dev', { kind: 'part', name: 'dev' }],
    ['/nick anna', { kind: 'nick', name: 'anna' }],
    ['/who', { kind: 'who' }],
    ['/names', { kind: 'who' }],
    ['/mesh ', { kind: 'mesh' }],
    ['/peers', { kind: 'mesh' }],
    ['/sync', { kind: 'sync' }],
    ['/receipts', { kind: 'receipts' }],
    ['/rooms', { kind: 'rooms' }],
    ['/dial 10.0.0.1:7340', { kind: 'dial', name: '10.0.0.1:7340' }],
    ['/help', { kind: 'help', name: undefined }],
    ['/help join', { kind: 'help', name: 'join' }],
    ['/q', { kind: 'quit' }],
    ['/EXIT', { kind: 'quit' }],
  ])('%j is read', (line, command) => {
    expect(parseCommand(line)).toEqual(command);
  });

  it.each([
    ['/jion dev', 'did you mean /join?'],
    ['/etc/passwd', '/help lists all'],
    ['/ hello', '/help lists all'],
    ['/', '/help lists all'],
    ['/msg bob', 'usage: /msg NICK TEXT'],
    ['/msg', 'usage: /msg NICK TEXT'],
    ['/me', 'usage: /me TEXT'],
    ['/me   ', 'usage: /me TEXT'],
    ['/join', 'usage: /join ROOM'],
    ['/join a b', 'usage: /join ROOM'],
    ['/join a\nb', 'usage: /join ROOM'],
    ['/quit now', 'usage: /quit'],
  ])('%j is an error and never chat', (line, words) => {
    const command = parseCommand(line);
    expect(command.kind).toBe('wrong');
    expect(command).toHaveProperty('message', expect.stringContaining(words));
  });

  it('names no command twice', () => {
    const names = COMMANDS.flatMap(({ name, aliases }) => [name, ...aliases]);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('completion', () => {
  it('of a command', () => {
    expect(complete('/rec', [])).toEqual([['/receipts '], '/rec']);
  });

  it('of a name at the start addresses it', () => {
    expect(complete('bo', ['ana', 'bob'])).toEqual([['bob: '], 'bo']);
  });

  it('of a name later does not', () => {
    expect(complete('hi BO', ['ana', 'bob'])).toEqual([['bob '], 'BO']);
  });

  it('of nothing is nothing', () => {
    expect(complete('', ['ana'])).toEqual([[], '']);
  });
});

describe('help', () => {
  it('lists every command once', () => {
    const text = helpRows(undefined).join('\n');
    for (const { usage } of COMMANDS) expect(text).toContain(usage);
  });

  it('says what others see of a direct message', () => {
    expect(helpRows('msg').join('\n')).toContain('nobody else can read it');
    expect(helpRows('/W').join('\n')).toContain('who writes to whom');
  });

  it('tells of a command that there is not', () => {
    expect(helpRows('x')).toEqual(['no command /x; /help lists all']);
  });
});
