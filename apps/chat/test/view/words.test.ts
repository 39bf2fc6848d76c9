import { describe, expect, it } from 'vitest';
import { farewellLine } from '../../src/view/farewell.js';
import { memberWords } from '../../src/view/member-words.js';
import { mentions } from '../../src/view/mention.js';
import type { MemberNotice } from '../../src/view/notice.js';
import { noticeWords } from '../../src/view/notice-words.js';
import { elsewhereLine, type StartView, startLine } from '../../src/view/start-words.js';
import { idOf } from '../support/fake-peer.js';

const cy: MemberNotice = {
  kind: 'member',
  name: 'cy',
  state: 'alive',
  was: undefined,
  reason: 'joined',
  address: '127.0.0.1:7342',
  generation: 2,
  incarnation: 3,
  silentMs: undefined,
  agreed: 0,
  asked: 0,
};

describe('a change of a member in words', () => {
  it.each([
    [{}, 'cy joined from 127.0.0.1:7342'],
    [{ address: undefined }, 'cy joined'],
    [{ was: 'alive', reason: 'restarted' }, 'cy back (gen 2)'],
    [{ was: 'dead', reason: 'joined' }, 'cy back (gen 2)'],
    [{ was: 'left', reason: 'joined' }, 'cy back (gen 2)'],
    [{ was: 'dead', reason: 'refuted' }, 'cy back: not dead after all (inc 3)'],
    [{ was: 'suspect', reason: 'answered' }, 'cy alive: answered'],
    [{ was: 'suspect', reason: 'refuted' }, 'cy alive: says so itself (inc 3)'],
    [{ state: 'joining' }, 'cy is joining'],
    [{ state: 'suspect', reason: 'link-lost', asked: 2 }, 'cy suspect: link lost, 2 peers asked'],
    [{ state: 'suspect', reason: 'link-lost' }, 'cy suspect: link lost'],
    [
      { state: 'suspect', reason: 'no-answer', silentMs: 800, asked: 1 },
      'cy suspect: no answer for 0.8s, 1 peer asked',
    ],
    [{ state: 'suspect', reason: 'no-answer' }, 'cy suspect: no answer'],
    [
      { state: 'suspect', reason: 'gossip', agreed: 1, silentMs: 900 },
      'cy suspect: 1 peer says so, silent 0.9s',
    ],
    [{ state: 'suspect', reason: 'gossip' }, 'cy suspect: others say so'],
    [
      { state: 'dead', reason: 'refused', silentMs: 100 },
      'cy dead: 127.0.0.1:7342 refused, silent 0.1s',
    ],
    [
      { state: 'dead', reason: 'others-agree', silentMs: 3_800, agreed: 3 },
      'cy dead: silent 3.8s, 3 peers agree',
    ],
    [
      { state: 'dead', reason: 'others-agree', silentMs: 3_800 },
      'cy dead: silent 3.8s, others agree',
    ],
    [
      { state: 'dead', reason: 'suspicion-timeout', silentMs: 3_800 },
      'cy dead: silent 3.8s, no sign of life',
    ],
    [{ state: 'dead', reason: 'gossip' }, 'cy dead: others say so'],
    [{ state: 'left', reason: 'goodbye' }, 'cy left'],
  ] as const)('%j', (changes, words) => {
    expect(memberWords({ ...cy, ...changes })).toBe(words);
  });
});

describe('a notice in words', () => {
  it.each([
    [
      { kind: 'found', names: ['ana'], tookMs: 100, inSync: { live: 1, messages: 3 } },
      'found ana in 0.1s.  in sync: 3 messages',
    ],
    [
      { kind: 'found', names: ['ana', 'bob'], tookMs: 40, inSync: undefined },
      'found ana, bob in 0.04s',
    ],
    [{ kind: 'in-sync', inSync: { live: 2, messages: 1 } }, 'in sync with 2 of 2: 1 message'],
    [
      { kind: 'backlog', origin: 'kept', count: 3, shown: 3, fromMs: 0, toMs: 0 },
      'replayed 3 messages',
    ],
    [
      { kind: 'backlog', origin: 'fetched', count: 131, shown: 100, fromMs: 0, toMs: 0 },
      'fetched 131 earlier messages, the last 100 shown',
    ],
    [{ kind: 'renamed', was: 'bob', name: 'robert' }, 'bob is now robert'],
    [
      { kind: 'flapping', name: 'eve', returns: 4 },
      'eve comes and goes: 4 returns within a minute, further ones are counted, not shown',
    ],
    [{ kind: 'calm', name: 'eve', state: 'alive', changes: 5 }, 'eve alive after 5 more changes'],
    [
      { kind: 'unheld', count: 2, holding: { held: 0, live: 0 }, behind: [] },
      'alone: 0 live peers, 2 messages waiting',
    ],
    [
      { kind: 'unheld', count: 1, holding: { held: 1, live: 2 }, behind: ['dia 2'] },
      '1 message not held by all yet (1/2): dia 2 behind',
    ],
    [{ kind: 'held', count: 2 }, '2 messages now held by every live peer'],
    [
      { kind: 'isolated', lost: 2, of: 3 },
      'isolated: lost 2 of 3 links at once, so it is likely us; calling nobody dead',
    ],
    [{ kind: 'reconnected' }, 'no longer isolated'],
    [{ kind: 'stalled', ms: 2_300 }, 'this program did not run for 2.3s; no verdicts for a moment'],
    [
      { kind: 'lagged', name: 'dia', frames: 12, bytes: 120_000 },
      'dia reads too slowly: 12 frames (120 kB) held back, sync will bring them',
    ],
    [
      { kind: 'refused', who: '127.0.0.1:1', by: 'us', reason: 'another network' },
      'refused 127.0.0.1:1: another network',
    ],
    [
      { kind: 'refused', who: '127.0.0.1:1', by: 'them', reason: 'another network' },
      '127.0.0.1:1 refused us: another network',
    ],
    [
      {
        kind: 'unreachable',
        address: 'h:1',
        detail: 'nobody listens there',
        attempt: 1,
        retryMs: 500,
      },
      'cannot join h:1: nobody listens there (attempt 1, next in 0.5s)',
    ],
    [
      { kind: 'gap', name: 'bob', messages: 3 },
      '3 messages of bob are lost: nobody keeps them any more',
    ],
    [
      { kind: 'diverged', name: 'bob' },
      'DIVERGED: bob has equal clocks and other content: a bug, or an author signed two things as one.',
    ],
    [{ kind: 'warning', message: 'no multicast' }, 'no multicast'],
  ] as const)('%j', (notice, words) => {
    expect(noticeWords(notice).text).toBe(words);
  });

  it('tells when late messages were sent', () => {
    const at = new Date(2026, 10, 22, 12, 3, 20).getTime();
    const late = {
      kind: 'backlog',
      origin: 'late',
      count: 2,
      shown: 2,
      fromMs: at,
      toMs: at + 21_000,
    } as const;
    expect(noticeWords(late).text).toBe('2 older messages arrived, sent 12:03:20 to 12:03:41');
  });
});

describe('the first line', () => {
  const start: StartView = {
    nick: 'ana',
    port: 7_340,
    generation: 1,
    room: 'lobby',
    network: 'local',
    arrival: 'known',
    anyPort: true,
    lan: false,
    discover: true,
    join: [],
    lanAddresses: [],
  };

  it.each([
    [{}, 'ana@7340  room lobby  alone, looking on this machine.'],
    [
      { port: 7_341 },
      'ana@7341  room lobby  port 7340 busy, took 7341.  alone, looking on this machine.',
    ],
    [
      { port: 7_343 },
      'ana@7343  room lobby  ports 7340-7342 busy, took 7343.  alone, looking on this machine.',
    ],
    [
      { port: 40_001 },
      'ana@40001  room lobby  ports 7340-7359 busy, took 40001.  alone, looking on this machine.',
    ],
    [{ port: 9_000, anyPort: false }, 'ana@9000  room lobby  alone, looking on this machine.'],
    [
      { generation: 2, network: 'team' },
      'ana@7340  room lobby  network team  gen 2  alone, looking on this machine.',
    ],
    [{ arrival: 'made' as const }, 'ana@7340  room lobby  alone, looking on this machine.'],
    [
      { arrival: 'made' as const, network: 'team' },
      'ana@7340  room lobby  new network team  alone, looking on this machine.',
    ],
    [
      { arrival: 'joined' as const, join: ['h:1'] },
      'ana@7340  room lobby  joined network local  alone, looking on this machine, dialling h:1.',
    ],
    [{ lan: true }, 'ana@7340  room lobby  alone, looking on this network.'],
    [{ join: ['h:1'] }, 'ana@7340  room lobby  alone, looking on this machine, dialling h:1.'],
    [{ discover: false, join: ['h:1', 'h:2'] }, 'ana@7340  room lobby  alone, dialling h:1, h:2.'],
    [{ discover: false }, 'ana@7340  room lobby  alone, waiting to be dialled.'],
  ])('%j', (changes, line) => {
    expect(startLine({ ...start, ...changes })).toBe(line);
  });

  it('is followed by how others join', () => {
    expect(elsewhereLine(start)).toContain('start with --lan');
    expect(elsewhereLine({ ...start, lan: true, lanAddresses: ['192.168.1.20'] })).toContain(
      '/invite prints how to join',
    );
    expect(elsewhereLine({ ...start, lan: true })).toContain('no other address');
    expect(elsewhereLine({ ...start, arrival: 'joined' })).toContain('Next time: hearsay ana. ');
    expect(elsewhereLine({ ...start, arrival: 'joined', network: 'team' })).toContain(
      'Next time: hearsay ana --network team. ',
    );
  });
});

describe('the last line', () => {
  it.each([
    [2_640_000, 136, { onlyHere: 0, heldBy: 2 }, 'left after 44m, 136 events, all held by 2 peers'],
    [
      2_640_000,
      136,
      { onlyHere: 2, heldBy: 0 },
      'left after 44m, 136 events, 2 messages are only here',
    ],
    [5_000, 1, { onlyHere: 1, heldBy: 1 }, 'left after 5.0s, 1 event, 1 message is only here'],
    [5_000, 0, { onlyHere: 0, heldBy: 0 }, 'left after 5.0s, 0 events'],
  ])('after %i ms, %i events, %j', (ranMs, events, departure, line) => {
    expect(farewellLine(ranMs, events, departure)).toBe(line);
  });
});

describe('a mention', () => {
  const message = {
    id: { peer: idOf('b'), generation: 1, sequence: 1 },
    key: '',
    place: { kind: 'room', room: 'lobby' },
    action: false,
    text: '',
    fromId: idOf('b'),
    nick: 'bob',
    own: false,
    sentMs: 0,
    clock: [],
  } as const;

  it.each([
    ['@ana paste the steps', true],
    ['Ana: hi', true],
    ['thanks, ana.', true],
    ['banana', false],
    ['ana-2 is back', false],
  ])('in %j: %s', (text, expected) => {
    expect(mentions({ ...message, text }, 'ana')).toBe(expected);
  });

  it('is a direct message, and never one of our own', () => {
    expect(mentions({ ...message, place: { kind: 'direct', peer: idOf('b') } }, 'ana')).toBe(true);
    expect(mentions({ ...message, own: true, text: 'ana' }, 'ana')).toBe(false);
  });
});
