import { width } from '@hearsay/terminal';
import { describe, expect, it } from 'vitest';
import type { ChatMessage } from '../../src/chat/message.js';
import { Names } from '../../src/chat/names.js';
import { ASCII_GLYPHS, COLOURS, type Look, NO_PAINT, UNICODE_GLYPHS } from '../../src/text/look.js';
import { meshTable } from '../../src/view/mesh-table.js';
import { messageRows, shownLines } from '../../src/view/message-rows.js';
import type { MessageNotice } from '../../src/view/notice.js';
import { PlainLines } from '../../src/view/plain-lines.js';
import { ScreenRows } from '../../src/view/screen-rows.js';
import { receiptRows, syncRows, whoRows } from '../../src/view/status-rows.js';
import { idOf, member, SELF } from '../support/fake-peer.js';
import { randomTexts } from '../support/random-text.js';

const AT = new Date(2026, 10, 22, 12, 4, 16).getTime();
const look: Look = { paint: NO_PAINT, glyphs: UNICODE_GLYPHS, columns: 60, nickColumns: 8 };
const simple: Look = { ...look, columns: undefined, nickColumns: 0 };

function notice(
  changes: Partial<ChatMessage> = {},
  more: Partial<MessageNotice> = {},
): MessageNotice {
  return {
    kind: 'message',
    message: {
      id: { peer: idOf('b'), generation: 1, sequence: 1 },
      key: `${idOf('b')}.1:1`,
      place: { kind: 'room', room: 'lobby' },
      action: false,
      text: 'morning',
      fromId: idOf('b'),
      nick: 'bob',
      own: false,
      sentMs: AT,
      clock: [],
      ...changes,
    },
    name: 'bob',
    toName: undefined,
    elsewhere: false,
    holding: undefined,
    ...more,
  };
}

describe('a message on the screen', () => {
  it.each([
    [notice(), '12:04:16      bob  morning'],
    [notice({ action: true, text: 'gets popcorn' }), '12:04:16    * bob  gets popcorn'],
    [notice({}, { elsewhere: true }), '12:04:16 #lobby bob  morning'],
    [notice({ place: { kind: 'direct', peer: idOf('b') } }), '12:04:16 bob -> you  morning'],
    [
      notice({ place: { kind: 'direct', peer: idOf('b') } }, { name: 'ana', toName: 'bob' }),
      '12:04:16 ana -> bob  morning',
    ],
  ])('%#', (shown, row) => {
    expect(messageRows(shown, look)).toEqual([row]);
  });

  it.each([
    [{ held: 2, live: 2 }, '✓'],
    [{ held: 1, live: 2 }, '1/2'],
    [{ held: 0, live: 2 }, '…'],
    [{ held: 0, live: 0 }, '○'],
  ])('of our own with %j ends in %s', (holding, mark) => {
    const [row = ''] = messageRows(notice({ own: true }, { holding }), look);
    expect(row.endsWith(` ${mark}`)).toBe(true);
    expect(width(row)).toBe(59);
    expect(messageRows(notice({ own: true }, { holding }), simple)).toEqual([
      `12:04:16 bob  morning  ${mark}`,
    ]);
  });

  it('has all its lines under the first', () => {
    expect(messageRows(notice({ text: 'one\ntwo' }), look)).toEqual([
      '12:04:16      bob  one',
      '                   two',
    ]);
    expect(messageRows(notice({ text: 'one\ntwo' }), simple)).toEqual([
      '12:04:16 bob  one',
      '    two',
    ]);
  });

  it('cannot look like two messages, however long its spaces are', () => {
    const rows = messageRows(
      notice({ text: `hi${' '.repeat(200)}12:04:17      ana  I agree` }),
      look,
    );
    for (const row of rows.slice(1)) expect(row.startsWith(' '.repeat(19))).toBe(true);
  });

  it('fits the window, whatever it says (seed rows-1)', () => {
    for (const text of randomTexts('rows-1', 500)) {
      for (const columns of [40, 60, 100]) {
        const rows = messageRows(notice({ text, own: true }, { holding: { held: 1, live: 2 } }), {
          ...look,
          columns,
        });
        expect(Math.max(...rows.map(width))).toBeLessThan(columns);
      }
    }
  });

  it('is cut after so many lines and characters', () => {
    expect(shownLines('x\n'.repeat(100), '…')).toHaveLength(41);
    expect(shownLines('x\n'.repeat(100), '…').at(-1)).toBe('… 61 more lines');
    expect(shownLines('x'.repeat(5_000), '…').at(-1)).toBe('… 1000 more characters');
  });

  it('has colours only where they are wanted', () => {
    expect(messageRows(notice(), { ...look, paint: COLOURS })[0]).toContain('\u001b[');
    expect(messageRows(notice(), look)[0]).not.toContain('\u001b');
  });
});

it('a notice stands under the nicks, and a new day has a line', () => {
  const rows = new ScreenRows(AT);
  const left = { kind: 'warning', message: 'cy left' } as const;
  expect(rows.rows(left, AT, look)).toEqual(['12:04:16       --  cy left']);
  const tomorrow = AT + 86_400_000;
  expect(rows.rows(left, tomorrow, look)).toEqual([
    '-- Monday 2026-11-23 --',
    '12:04:16       --  cy left',
  ]);
  expect(rows.rows(left, tomorrow, look)).toHaveLength(1);
});

describe('a line for a pipe', () => {
  const plain = (): PlainLines => new PlainLines(AT);

  it('is a message', () => {
    expect(plain().lines(notice({ text: 'sent while dia is slow' }, { name: 'ana' }), AT)).toEqual([
      { stream: 'data', text: '12:04:16 #lobby <ana> sent while dia is slow' },
    ]);
  });

  it('is an action, or direct', () => {
    const action = notice({ action: true, text: 'waves' });
    const direct = notice({ place: { kind: 'direct', peer: idOf('b') } });
    expect(plain().lines(action, AT)[0]?.text).toBe('12:04:16 #lobby * bob waves');
    expect(plain().lines(direct, AT)[0]?.text).toBe('12:04:16 direct <bob> morning');
  });

  it('is a change of a member', () => {
    const suspect = {
      kind: 'member',
      name: 'eve',
      state: 'suspect',
      was: 'alive',
      reason: 'no-answer',
      address: undefined,
      generation: 1,
      incarnation: 0,
      silentMs: 810,
      agreed: 0,
      asked: 2,
    } as const;
    expect(plain().lines(suspect, AT)).toEqual([
      { stream: 'data', text: '12:04:16 -- eve suspect 0.8s' },
    ]);
    expect(plain().lines({ ...suspect, state: 'left' }, AT)[0]?.text).toBe('12:04:16 -- eve left');
  });

  it('of a message with several lines begins with spaces', () => {
    const lines = plain().lines(notice({ text: 'one\n12:04:16 #lobby <ana> forged' }), AT);
    expect(lines[1]?.text).toBe('    12:04:16 #lobby <ana> forged');
  });

  it('that is no data goes to the diagnostics', () => {
    expect(plain().lines({ kind: 'stalled', ms: 900 }, AT)).toEqual([
      {
        stream: 'diagnostics',
        text: '12:04:16 -- this program did not run for 0.9s; no verdicts for a moment',
      },
    ]);
  });
});

const ana = member({ id: SELF, nick: 'ana', self: true, link: 'none', stateForMs: 2_640_000 });
const bob = member({ id: idOf('b'), nick: 'bob' });
const dia = member({ id: idOf('d'), nick: 'dia', lacks: 2, inSync: false, link: 'in' });
const eve = member({ id: idOf('e'), nick: 'eve', state: 'suspect', rttMs: undefined });
const cy = member({
  id: idOf('c'),
  nick: 'cy',
  state: 'dead',
  link: 'none',
  lacks: 9,
  inSync: false,
});
const all = [cy, dia, eve, bob, ana];
const view = {
  members: all,
  messages: 136,
  names: new Names(all),
  lackedAtDeath: new Map([[cy.id, 3]]),
  look: { glyphs: UNICODE_GLYPHS, columns: undefined },
};

describe('the table of members', () => {
  it('has ourselves first, then the living, then the rest', () => {
    const rows = meshTable(view);
    expect(rows.map((row) => row.slice(0, 2).trim())).toEqual(['', '●', '●', '●', '◐', '✗']);
    expect(rows[1]).toMatch(
      /ana \(you\) +alive +44m +127\.0\.0\.1:7341 +4120 +self .* 1\.0 +136 events$/,
    );
    expect(rows[2]).toMatch(/bob .* out +2ms +0\.3s +1\.0 +in sync$/);
    expect(rows[3]).toMatch(/lacks 2 of ours$/);
    expect(rows[4]).toMatch(/suspect .* \? .* unknown \(was =\)$/);
    expect(rows[5]).toMatch(/dead .* none .* lacked 3 at death$/);
  });

  it.each([
    [{ diverged: true }, 'DIVERGED'],
    [{ toldMsAgo: undefined, inSync: false }, 'unknown'],
    [{ inSync: false, ahead: 3 }, 'has 3 we lack'],
    [{ inSync: false, ahead: 3, lacks: 1 }, 'lacks 1 of ours, has 3 we lack'],
    [{ inSync: false }, 'comparing'],
    [{ toldMsAgo: 9_000 }, 'in sync (9.0s ago)'],
    [{ state: 'left', stateForMs: 100 }, 'unknown'],
    [{ state: 'dead' }, 'unknown'],
  ] as const)('says of %j: %s', (changes, words) => {
    const changed = { ...bob, ...changes };
    const [, row = ''] = meshTable({ ...view, members: [changed], lackedAtDeath: new Map() });
    if (changed.state === 'left') expect(row).toMatch(/1\.0$/);
    else expect(row.endsWith(words)).toBe(true);
  });

  it('forgets who left a minute ago, and errands at once', () => {
    const left = { ...bob, state: 'left' } as const;
    const table = (changes: Partial<typeof bob>): string[] =>
      meshTable({ ...view, members: [{ ...left, ...changes }] });
    expect(table({ stateForMs: 59_000 })).toHaveLength(2);
    expect(table({ stateForMs: 61_000 })).toHaveLength(1);
    expect(table({ tags: { errand: 'send' } })).toHaveLength(1);
  });

  it('drops columns in a narrow window', () => {
    for (const columns of [60, 76, 90]) {
      const rows = meshTable({ ...view, look: { glyphs: ASCII_GLYPHS, columns } });
      expect(Math.max(...rows.map(width))).toBeLessThan(columns);
    }
  });

  it('leaves out what a newcomer cannot know', () => {
    const [titles = ''] = meshTable({ ...view, isNewcomer: true });
    expect(titles.trim().split(/ +/)).toEqual([
      'PEER',
      'STATE',
      'ADDRESS',
      'PID',
      'LINK',
      'GEN.INC',
      'SYNC',
    ]);
  });

  it('names the peer that was asked', () => {
    const [, row = ''] = meshTable({ ...view, selfMark: 'asked' });
    expect(row).toMatch(/ana \(asked\) +alive +44m /);
  });

  it('cannot be broken by what a peer says of itself', () => {
    const hostile = member({
      nick: 'x\u001b[2J\ny',
      addresses: ['1\n2'],
      tags: { pid: '9'.repeat(128) },
    });
    const rows = meshTable({ ...view, members: [hostile], names: new Names([hostile]) });
    expect(rows).toHaveLength(2);
    expect(rows.join('')).not.toContain('\u001b');
  });
});

describe('/sync', () => {
  const report = { ...view, live: 2, inSync: 1, stateHash: '9c21d0e4f00dbeef', waiting: 0 };

  it('names who is behind, and the dead with what they had', () => {
    expect(syncRows(report)).toEqual([
      '1 of 2 in sync; state 9c21d0e4, 136 messages',
      'dia: lacks 2 of ours',
      'eve: suspect, unknown (was =)',
      'cy: dead, lacked 3 at death',
    ]);
  });

  it('is one row when all agree', () => {
    expect(syncRows({ ...report, members: [ana, bob], live: 1 })).toEqual([
      'in sync with 1 of 1; state 9c21d0e4, 136 messages',
    ]);
  });

  it('says what waits when we are alone', () => {
    expect(syncRows({ ...report, members: [ana], live: 0, waiting: 2 })[0]).toBe(
      'alone: 0 live peers, 2 messages waiting; state 9c21d0e4, 136 messages',
    );
  });
});

it('/who groups names by state', () => {
  expect(whoRows(all, view.names)).toEqual([
    'alive: ana (you), bob, dia',
    'suspect: eve',
    'dead: cy',
  ]);
});

it('/receipts lists own messages with their marks', () => {
  const { message } = notice({ text: 'a\nlong one that goes on and on, and on, and on, and on' });
  expect(receiptRows([], look)).toEqual(['you said nothing yet']);
  expect(receiptRows([{ message, holding: { held: 1, live: 2 } }], look)[0]).toMatch(
    /^12:04:16 {3}1\/2 {2}a long one that goes on .*…$/,
  );
});
