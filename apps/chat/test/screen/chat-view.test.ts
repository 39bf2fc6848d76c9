import { describe, expect, it } from 'vitest';
import { meshView } from '../../src/screen/mesh/mesh-view.js';
import { screenView } from '../../src/screen/view/chat-view.js';
import { ASCII_GLYPHS } from '../../src/text/look.js';
import { idOf, SELF } from '../support/fake-peer.js';
import { ANA, chatMessage, LOBBY, NOON, named, picture, Rig, surroundings } from './support.js';

const BOB = named({ name: 'bob', rttMs: 2.1 });
const DIA = named({
  id: idOf('d'),
  name: 'dia',
  rttMs: 4.4,
  lacks: 2,
  inSync: false,
});
const EVE = named({ id: idOf('e'), name: 'eve', state: 'suspect', heardMsAgo: 1_240 });
const CY = named({ id: idOf('c'), name: 'cy', state: 'dead', stateForMs: 12_000 });

/** A room in the middle of things. */
function scene(): Rig {
  const rig = new Rig();
  const last = chatMessage({ fromId: SELF, text: 'and one more', sentMs: NOON + 257_000 });
  const held = chatMessage({ fromId: SELF, text: 'sent to all', sentMs: NOON + 249_000 });
  rig
    .open({ kind: 'room', room: 'dev' }, '#dev')
    .open({ kind: 'room', room: 'ops' }, '#ops')
    .hear('older', { place: { kind: 'room', room: 'dev' } })
    .hear('ana: look', { place: { kind: 'room', room: 'ops' } })
    .hear('psst', { place: { kind: 'direct', peer: idOf('b') } })
    .hear('yesterday', { sentMs: NOON - 86_400_000 })
    .hear('morning', { sentMs: NOON })
    .hear(
      '長い行も幅を数えて折り返します 👋 そして次の行に続きます。まだまだ続く長い行です。',
      {
        sentMs: NOON + 100_000,
        fromId: idOf('e'),
      },
      'eve',
    )
    .hear('gets popcorn', { action: true, sentMs: NOON + 110_000 })
    .do({
      kind: 'notice',
      atMs: NOON + 122_000,
      text: 'cy suspect: no answer for 0.8s, 2 peers asked',
      tone: 'warn',
      everywhere: true,
    })
    .hear(
      '@ana paste the three steps again please?',
      { fromId: idOf('d'), sentMs: NOON + 240_000 },
      'dia',
    )
    .do({ kind: 'message', message: held, name: 'ana' })
    .hear('1. start three peers\n2. kill -9 one of them\n3. watch the right column', {
      sentMs: NOON + 252_000,
    })
    .do({ kind: 'message', message: last, name: 'ana' })
    .type('can you see this now?')
    .keys('alt-enter')
    .type('second line');
  const members = [ANA, BOB, DIA, EVE, CY];
  const holdings = new Map([
    [held.key, { held: 2, live: 2 }],
    [last.key, { held: 1, live: 2 }],
  ]);
  return rig.do({ kind: 'surroundings', surroundings: surroundings({ members, holdings }) });
}

describe('the chat screen', () => {
  it.each([
    [100, 30],
    [60, 20],
    [40, 10],
    [200, 60],
  ])('at %ix%i', (columns, rows) => {
    const { state } = scene().resize(columns, rows);
    expect(picture(screenView(state, meshView), columns, rows)).toMatchSnapshot();
  });

  it('fits any window, down to the smallest', () => {
    for (let columns = 10; columns <= 150; columns += 7) {
      for (let rows = 4; rows <= 40; rows += 6) {
        const { state } = scene().resize(columns, rows);
        picture(screenView(state, meshView), columns, rows);
      }
    }
  });

  it('keeps to ASCII when told to', () => {
    const { state } = new Rig({ glyphs: ASCII_GLYPHS })
      .say('hello')
      .hear('hi')
      .do({ kind: 'surroundings', surroundings: surroundings({ members: [ANA, BOB, EVE, CY] }) });
    expect(picture(screenView(state, meshView), 100, 30)).toMatch(/^[ -~\n]*$/);
  });

  it('is the same for the same state', () => {
    const { state } = scene();
    expect(screenView(state, meshView)).toEqual(screenView(state, meshView));
  });
});

describe('the status row', () => {
  const words = (...members: Parameters<typeof named>[0][]): string => {
    const all = [ANA, ...members.map((changes) => named(changes))];
    const { state } = new Rig().do({
      kind: 'surroundings',
      surroundings: surroundings({ members: all, waiting: 2 }),
    });
    return (
      picture(screenView(state, meshView), 100, 30).split('\n').at(-2)?.split('  ')[0]?.trim() ?? ''
    );
  };

  it('says alone, and how many messages wait', () => {
    expect(words()).toBe('○ alone: 0 live peers, 2 messages waiting');
  });

  it('says in sync', () => {
    expect(words({ name: 'bob' })).toBe('● in sync with 1 of 1 since 12:00:00');
  });

  it('says who is behind, and of whom we lack something', () => {
    expect(words({ name: 'bob', lacks: 3, inSync: false })).toBe('◐ 0/1 in sync · bob 3 behind');
    expect(words({ name: 'bob', ahead: 2, inSync: false })).toBe(
      '◐ 0/1 in sync · we lack 2 of bob',
    );
  });

  it('never counts the dead', () => {
    expect(words({ name: 'bob' }, { id: idOf('c'), name: 'cy', state: 'dead', lacks: 7 })).toBe(
      '● in sync with 1 of 1 since 12:00:00 · cy dead',
    );
  });

  it('raises the one alarm', () => {
    expect(words({ name: 'bob', diverged: true, inSync: false })).toContain('DIVERGED from bob');
  });
});

describe('a message', () => {
  it('cannot act on the screen, nor pass for one of the program', () => {
    const { state } = new Rig().hear('a\u001b[2Jb\u202ec\n12:00:00       --  all is lost');
    const rows = picture(screenView(state, meshView), 100, 30);
    expect(rows).toContain('abc');
    expect(rows).not.toContain('\u001b');
    expect(rows).toMatch(/│ {19}12:00:00 {7}-- {2}all is lost/);
  });

  it('of somebody with a long name keeps what tells the name apart', () => {
    const { state } = new Rig().hear('hi', {}, 'bartholomew~41c8');
    expect(picture(screenView(state, meshView), 100, 30)).toContain(' ba…~41c8  hi');
  });

  it('calls by name in its own room only', () => {
    const { state, effects } = new Rig()
      .hear('ana: are you there?')
      .hear('hello', { place: LOBBY });
    expect(effects).toEqual([{ kind: 'bell' }]);
    expect(state.conversations[0]?.unread).toBe(0);
  });
});

describe('who is typing', () => {
  const typing = (...names: readonly string[]) =>
    ({ kind: 'typing', typists: names.map((name) => ({ name, key: '#lobby' })) }) as const;
  const status = (rig: Rig): string =>
    picture(screenView(rig.state, meshView), rig.state.size.columns, rig.state.size.rows)
      .split('\n')
      .find((row) => row.includes('in sync')) ?? '';

  it('stands in the status, in that conversation only', () => {
    const rig = scene().do(typing('dia'));
    expect(status(rig)).toContain('dia is typing · Alt-M mesh · F1 help');
    expect(status(rig.do(typing('dia', 'bob')))).toContain('dia and bob are typing');
    expect(status(rig.do(typing('dia', 'bob', 'eve')))).toContain('3 are typing');
    expect(status(rig.keys('alt-2'))).not.toContain('typing');
  });

  it('comes before the keys where there is little room', () => {
    const rig = new Rig({ surroundings: surroundings({ members: [ANA, BOB] }) })
      .resize(60, 20)
      .do(typing('dia'));
    expect(status(rig)).toContain('in sync with 1 of 1');
    expect(status(rig)).toMatch(/dia is typing/);
  });
});
