import { describe, expect, it } from 'vitest';
import { meshView } from '../../src/screen/mesh/mesh-view.js';
import { currentOf, type ScreenState } from '../../src/screen/model/state.js';
import { screenView } from '../../src/screen/view/chat-view.js';
import { idOf } from '../support/fake-peer.js';
import { ANA, LOBBY, messageEntry, NOON, named, picture, Rig, surroundings } from './support.js';

const DEV = { kind: 'room', room: 'dev' } as const;
const BOB = { kind: 'direct', peer: idOf('b') } as const;
const seen = (state: ScreenState): string =>
  picture(screenView(state, meshView), state.size.columns, state.size.rows);
const draft = ({ state }: Rig): string => currentOf(state).draft.text;
const rows = (state: ScreenState): string[] => seen(state).split('\n');

function lobbyWith(count: number): Rig {
  const rig = new Rig();
  for (let number = 0; number < count; number += 1) rig.hear(`message ${number}.`);
  return rig;
}

describe('what is typed', () => {
  it('is sent with Enter to where one looks, and is gone from the draft', () => {
    const rig = new Rig().type('hello').keys('enter');
    expect(rig.effects).toEqual([{ kind: 'submit', place: LOBBY, text: 'hello' }]);
    expect(draft(rig)).toBe('');
  });

  it('may have several lines', () => {
    const rig = new Rig().type('one').keys('alt-enter').type('two').keys('ctrl-j', 'enter');
    expect(rig.effects).toMatchObject([{ text: 'one\ntwo\n' }]);
  });

  it('is not sent when there is nothing in it', () => {
    expect(new Rig().type('  ').keys('enter').effects).toEqual([]);
  });

  it('waits in its own conversation', () => {
    const rig = new Rig().open(DEV, '#dev').type('for the lobby').keys('ctrl-n').type('for dev');
    expect(draft(rig)).toBe('for dev');
    expect(draft(rig.keys('ctrl-p'))).toBe('for the lobby');
  });

  it.each([
    ['ctrl-a', 'Xone two'],
    ['ctrl-e', 'one twoX'],
    ['alt-b', 'one Xtwo'],
    ['ctrl-w', 'one X'],
    ['ctrl-u', 'X'],
    ['left', 'one twXo'],
    ['backspace', 'one twX'],
  ])('is edited as a shell does: %s', (key, text) => {
    expect(draft(new Rig().type('one two').keys(key).type('X'))).toBe(text);
  });

  it('is edited by what a reader takes for one character', () => {
    expect(draft(new Rig().type('a👨\u200d👩\u200d👧').keys('backspace'))).toBe('a');
    expect(draft(new Rig().type('長い').keys('left').type('x'))).toBe('長xい');
  });

  it('that was cut can be put back', () => {
    expect(draft(new Rig().type('one two').keys('ctrl-w', 'ctrl-a', 'ctrl-y'))).toBe('twoone ');
  });
});

describe('a paste', () => {
  it('of 100 lines is one message', () => {
    const text = Array.from({ length: 100 }, (_none, index) => `line ${index}`).join('\r\n');
    const rig = new Rig().paste(`${text}\r\n`);
    expect(rig.effects).toEqual([]);
    rig.keys('enter');
    expect(rig.effects).toHaveLength(1);
    expect(rig.effects[0]).toMatchObject({ text: text.replaceAll('\r\n', '\n') });
  });

  it('brings nothing that acts on a terminal', () => {
    expect(draft(new Rig().paste('a\u001b[31mb\tc'))).toBe('ab    c');
  });

  it('that is too long is refused in words', () => {
    const { state } = new Rig().do({
      kind: 'input',
      input: { kind: 'paste-too-long', chars: 99_999 },
      nowMs: 0,
    });
    expect(seen(state)).toContain('paste too long (99999 characters, limit 32768): dropped');
  });
});

describe('what was sent before', () => {
  it('comes back with Up, and what was being written with Down', () => {
    const rig = new Rig().type('one').keys('enter').type('two').keys('enter').type('dra');
    expect(draft(rig.keys('up'))).toBe('two');
    expect(draft(rig.keys('up', 'up'))).toBe('one');
    expect(draft(rig.keys('down'))).toBe('two');
    expect(draft(rig.keys('down'))).toBe('dra');
  });

  it('does not come in a draft whose lines Up can go to', () => {
    const rig = new Rig().type('one').keys('enter').paste('a\nb').keys('up').type('X');
    expect(draft(rig)).toBe('aX\nb');
  });
});

describe('Tab', () => {
  const rig = (): Rig =>
    new Rig().open(DEV, '#dev').do({
      kind: 'surroundings',
      surroundings: surroundings({
        members: [ANA, named({ name: 'bob' }), named({ id: idOf('c'), name: 'bobby' })],
      }),
    });

  it.each([
    ['/jo', ['tab'], '/join '],
    ['b', ['tab'], 'bob: '],
    ['b', ['tab', 'tab'], 'bobby: '],
    ['b', ['tab', 'tab', 'shift-tab'], 'bob: '],
    ['hi b', ['tab'], 'hi bob '],
    ['hi @bobb', ['tab'], 'hi @bobby '],
    ['see #d', ['tab'], 'see #dev '],
    ['/join d', ['tab'], '/join dev'],
    ['/msg ', ['tab'], '/msg bob '],
    ['xyz', ['tab'], 'xyz'],
    ['', ['tab'], ''],
  ])('after %j: %j gives %j', (typed, keys, text) => {
    expect(
      draft(
        rig()
          .type(typed)
          .keys(...keys),
      ),
    ).toBe(text);
  });
});

describe('a conversation that is not on the screen', () => {
  it('counts what is unread, and marks what calls us', () => {
    const { state, effects } = new Rig()
      .open(DEV, '#dev')
      .hear('hi', { place: DEV })
      .hear('ana?', { place: DEV });
    expect(seen(state)).toMatch(/2 #dev {2}!2│/);
    expect(effects).toEqual([{ kind: 'bell' }]);
  });

  it('shows a line above what is new when one goes there, until one speaks or goes', () => {
    const rig = new Rig().open(DEV, '#dev').hear('old', { place: DEV });
    rig.keys('alt-2').keys('alt-1').hear('fresh', { place: DEV }).keys('alt-2');
    expect(seen(rig.state)).toMatch(/old[\s\S]*─ new ─[\s\S]*fresh/);
    expect(currentOf(rig.state).unread).toBe(0);
    rig.say('me too', { place: DEV });
    expect(seen(rig.state)).not.toContain(' new ');
  });

  it('appears with the first direct message, and is gone to with Alt-A', () => {
    const rig = new Rig().hear('psst', { place: BOB }).keys('alt-a');
    expect(rig.state.current).toBe(`@${BOB.peer}`);
    expect(rig.effects).toContainEqual({ kind: 'show', place: BOB });
    expect(seen(rig.keys('alt-a').state)).toContain('nothing unread');
  });

  it('is unread, too, while nobody looks at the window', () => {
    const focus = (focused: boolean) =>
      ({ kind: 'input', input: { kind: 'focus', focused }, nowMs: 0 }) as const;
    const rig = new Rig().do(focus(false)).hear('while away');
    expect(currentOf(rig.state).unread).toBe(1);
    rig.do(focus(true));
    expect(currentOf(rig.state).unread).toBe(0);
    expect(seen(rig.state)).toContain('─ new ─');
  });

  it('closes, and another one is shown', () => {
    const rig = new Rig().open(DEV, '#dev', true).do({ kind: 'closed', key: '#dev' });
    expect(rig.state.current).toBe('#lobby');
    expect(rig.do({ kind: 'closed', key: '#lobby' }).state.conversations).toHaveLength(1);
  });
});

describe('reading further up', () => {
  it('moves by pages, and says that there is more below', () => {
    const rig = lobbyWith(100).keys('pageup');
    expect(seen(rig.state)).not.toContain('message 99.');
    expect(seen(rig.state)).toContain('▼ more below');
    rig.keys('pagedown');
    expect(seen(rig.state)).toContain('message 99.');
    expect(seen(rig.state)).not.toContain('▼');
  });

  it('never moves under the eyes: what comes is counted', () => {
    const rig = lobbyWith(100).keys('pageup', 'pageup');
    const before = rows(rig.state).slice(1, 24);
    for (let count = 0; count < 12; count += 1) rig.hear('more');
    expect(rows(rig.state).slice(1, 24)).toEqual(before);
    expect(seen(rig.state)).toContain('▼ 12 new');
    rig.keys('escape');
    expect(seen(rig.state)).not.toContain('▼');
  });

  it('stays at what is read in a window of another size', () => {
    const rig = lobbyWith(100).keys('pageup').resize(60, 20);
    const bottom = currentOf(rig.state).bottom;
    rig.resize(100, 30);
    expect(currentOf(rig.state).bottom).toEqual(bottom);
  });

  it('asks for older messages at the top, and puts them above', () => {
    const rig = lobbyWith(40).keys('pageup', 'pageup');
    expect(rig.effects).toContainEqual({
      kind: 'load-older',
      key: '#lobby',
      place: LOBBY,
      have: 40,
    });
    const before = rows(rig.state)[10];
    const entries = [messageEntry({ text: 'from long ago' })];
    rig.do({ kind: 'older', key: '#lobby', entries, complete: true });
    expect(rows(rig.state)[10]).toBe(before);
    rig.keys('ctrl-home');
    expect(seen(rig.state)).toContain('from long ago');
    rig.effects.length = 0;
    rig.keys('pageup');
    expect(rig.effects).toEqual([]);
  });

  it('ends at the top of a message that is higher than the window', () => {
    const tall = Array.from({ length: 39 }, (_none, index) => `row ${index}.`).join('\n');
    const rig = new Rig().hear(tall);
    expect(seen(rig.state)).toContain('row 38.');
    rig.keys('pageup', 'pageup');
    expect(seen(rig.state)).toContain('row 0.');
    rig.keys('ctrl-end');
    expect(seen(rig.state)).toContain('row 38.');
  });
});

describe('Ctrl-C', () => {
  it('clears the draft, then asks, then leaves', () => {
    const rig = new Rig().type('draft').keys('ctrl-c');
    expect(draft(rig)).toBe('');
    expect(rig.effects).toEqual([]);
    expect(seen(rig.keys('ctrl-c').state)).toContain('Ctrl-C again to leave');
    expect(rig.keys('ctrl-c').effects).toEqual([{ kind: 'leave' }]);
  });
});

it('Ctrl-D deletes in a draft, and leaves on an empty one', () => {
  const rig = new Rig().type('ab').keys('ctrl-a', 'ctrl-d');
  expect(draft(rig)).toBe('b');
  rig.keys('ctrl-d', 'ctrl-d');
  expect(rig.effects).toEqual([{ kind: 'leave' }]);
});

it('help lies over the chat and goes again', () => {
  const rig = new Rig().keys('f1');
  expect(seen(rig.state)).toContain('HELP');
  expect(seen(rig.state)).toContain('Alt-A');
  expect(seen(rig.keys('pagedown').state)).toContain('/quit');
  rig.type('not a draft').keys('escape');
  expect(draft(rig)).toBe('');
  expect(seen(rig.state)).not.toContain('HELP');
});

it('what a command prints stays as it is laid out', () => {
  const { state } = new Rig().do({ kind: 'answer', atMs: 0, rows: ['PEER  STATE', 'bob   alive'] });
  expect(seen(state)).toMatch(/│ PEER {2}STATE .*\n.*│ bob {3}alive /);
});

describe('that we type', () => {
  const typed = (rig: Rig, text: string, nowMs: number): Rig =>
    rig.do({ kind: 'input', input: { kind: 'text', text }, nowMs });
  const here = { kind: 'typing', place: LOBBY };
  const nowhere = { kind: 'typing', place: undefined };

  it('is told at first, now and then, and when it is over', () => {
    const rig = new Rig();
    typed(rig, 'h', NOON);
    typed(rig, 'e', NOON + 1_000);
    expect(rig.typing).toEqual([here]);
    typed(rig, 'y', NOON + 3_000);
    expect(rig.typing).toEqual([here, here]);
    rig.keys('enter');
    expect(rig.typing).toEqual([here, here, nowhere]);
    rig.keys('up', 'ctrl-u');
    expect(rig.typing.slice(-2)).toEqual([here, nowhere]);
  });

  it("is nobody else's business while it is a command", () => {
    const rig = typed(new Rig(), '/msg bob a secret', NOON);
    expect(rig.typing).toEqual([]);
  });
});
