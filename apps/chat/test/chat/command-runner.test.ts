import { PeerError } from '@hearsay/node';
import { afterEach, describe, expect, it } from 'vitest';
import { CommandRunner, type CommandRunnerOptions } from '../../src/chat/command-runner.js';
import { Drills } from '../../src/chat/drills.js';
import type { MadeInvite } from '../../src/chat/make-invite.js';
import { ChatSession } from '../../src/chat/session.js';
import { messageBytesMax } from '../../src/limits.js';
import { NO_PAINT, UNICODE_GLYPHS } from '../../src/text/look.js';
import { Narrator } from '../../src/watch/narrator.js';
import { FakePeer, idOf, member, peerMessage, SELF } from '../support/fake-peer.js';

const INVITE: MadeInvite = {
  line: 'hearsay://127.0.0.1:7340/local#1key',
  addresses: ['127.0.0.1:7340'],
  warning: 'only this machine can use this invite',
};

const narrators: Narrator[] = [];

afterEach(() => {
  for (const narrator of narrators.splice(0)) narrator.stop();
});

function running({ cache }: Pick<CommandRunnerOptions, 'cache'> = {}): {
  peer: FakePeer;
  session: ChatSession;
  runner: CommandRunner;
  rows: string[];
  asked: string[];
} {
  const peer = new FakePeer();
  peer.meet(member());
  const session = new ChatSession(peer, 'lobby');
  const rows: string[] = [];
  const asked: string[] = [];
  const narrator = new Narrator({
    session,
    joined: [],
    historyMax: 100,
    echo: 'late',
    isCurrent: (room) => runner.isIn(room),
    tell: (notice) => {
      if (notice.kind === 'message') rows.push(`message ${notice.message.text}`);
    },
  });
  narrators.push(narrator);
  const runner = new CommandRunner({
    session,
    narrator,
    invite: () => INVITE,
    cache,
    look: () => ({ paint: NO_PAINT, glyphs: UNICODE_GLYPHS, columns: undefined, nickColumns: 0 }),
    print: (printed) => rows.push(...printed),
    complain: (text) => rows.push(`! ${text}`),
    placeChanged: () => asked.push(`room ${roomOf(runner)}`),
    drills: new Drills({ peer, names: session.names, allowed: true, giveBack: () => undefined }),
    leave: () => asked.push('leave'),
  });
  return { peer, session, runner, rows, asked };
}

describe('what a person types', () => {
  it('is said in the current room', async () => {
    const { peer, runner } = running();
    await runner.run('hi');
    await runner.run('//quit');
    await runner.run('/me waves');
    expect(peer.published.map(({ topic, payload }) => [topic, JSON.parse(payload)])).toMatchObject([
      ['room/lobby', { k: 'say', text: 'hi' }],
      ['room/lobby', { k: 'say', text: '/quit' }],
      ['room/lobby', { k: 'me', text: 'waves' }],
    ]);
  });

  it('asks where a text to edit is, and there is none without documents', async () => {
    const { runner, rows } = running();
    await runner.run('/pad');
    expect(rows).toEqual(['! this peer has no documents (--no-cache)']);
    const serving = running({ cache: () => Promise.reject(new Error('not asked')) });
    await serving.runner.run('/pad');
    await serving.runner.run('/pad a&b');
    expect(serving.rows).toEqual([
      'http://127.0.0.1:7340/pad/',
      'http://127.0.0.1:7340/pad/?doc=a%26b',
    ]);
  });

  it('asks for an invite', async () => {
    const { peer, runner, rows } = running();
    await runner.run('/invite');
    expect(rows).toEqual([INVITE.line, `! ${INVITE.warning}`]);
    expect(peer.published).toEqual([]);
  });

  it('is never sent when it is an unknown command, or empty', async () => {
    const { peer, runner, rows } = running();
    await runner.run('/jion dev');
    await runner.run('   ');
    await runner.sayText('  ');
    expect(peer.published).toEqual([]);
    expect(rows).toEqual([
      '! no command /jion (did you mean /join?); not sent. //jion sends it as text',
    ]);
  });

  it('is refused with its size when it is too long', async () => {
    const { peer, runner, rows } = running();
    await runner.run('x'.repeat(messageBytesMax + 1));
    expect(rows).toEqual(['! message too long (32769 bytes, limit 32768): not sent']);
    await runner.run('x'.repeat(messageBytesMax));
    expect(peer.published).toHaveLength(1);
  });

  it('is refused in words when the peer refuses it', async () => {
    const { peer, runner, rows } = running();
    peer.refusal = new PeerError('outbox-full', 'too much at once');
    await runner.run('hi');
    expect(rows).toEqual(['! too much at once: not sent']);
    peer.refusal = new TypeError('a bug');
    await expect(runner.run('hi')).rejects.toThrow('a bug');
  });

  it('waits when the links are full', async () => {
    const { peer, runner } = running();
    peer.congested = true;
    await runner.run('hi');
    expect(peer.congested).toBe(false);
  });
});

describe('commands', () => {
  it('join rooms, show what was said there, and part', async () => {
    const { peer, runner, rows, asked } = running();
    peer.kept = [peerMessage({ topic: 'room/dev', text: 'earlier' })];
    await runner.run('/join #Dev');
    await runner.run('in dev');
    await runner.run('/join lobby');
    await runner.run('/rooms');
    await runner.run('/part dev');
    await runner.run('/part');
    await runner.run('/part nowhere');
    await runner.run('/join a/b');
    expect(peer.published[0]?.topic).toBe('room/dev');
    expect(asked).toEqual(['room dev', 'room lobby']);
    expect(rows.filter((row) => !row.startsWith('message in'))).toEqual([
      'joined #dev',
      'message earlier',
      'now in #lobby',
      '#lobby  (current)',
      '#dev',
      'left #dev, now in #lobby',
      '! #lobby is your only room; /join another first, or /quit',
      '! you are not in nowhere; /rooms lists yours',
      '! not a room: a/b; letters, digits and . _ - make one',
    ]);
  });

  it('send direct messages', async () => {
    const { peer, session, runner, rows } = running();
    session.refreshNames();
    await runner.run('/msg bob psst');
    await runner.run('/msg bbo psst');
    await runner.run('/msg ana psst');
    expect(peer.published.map(({ to }) => to)).toEqual([idOf('b')]);
    expect(rows.filter((row) => row.startsWith('!'))).toEqual([
      '! nobody here is called bbo; did you mean bob?',
      '! that is you',
    ]);
  });

  it('tell that a direct message waits for a dead peer', async () => {
    const { peer, session, runner, rows } = running();
    peer.others = [member({ state: 'dead' })];
    session.refreshNames();
    await runner.run('/msg bob psst');
    expect(rows).toContain('bob is dead: the others keep it until then');
  });

  it('change the nick', async () => {
    const { peer, session, runner, rows } = running();
    await runner.run('/nick anna');
    await runner.run('/nick a:b');
    expect(peer.nick).toBe('anna');
    expect(session.names.of(SELF)).toBe('anna');
    expect(rows[0]).toBe('you are now anna');
    expect(rows[1]).toContain('! not a nick: a:b');
  });

  it('dial', async () => {
    const { peer, runner, rows } = running();
    await runner.run('/dial 127.0.0.1:9');
    await runner.run('/dial nowhere');
    expect(peer.joined).toEqual(['127.0.0.1:9']);
    expect(rows).toEqual(['dialling 127.0.0.1:9', '! not an address: nowhere; write HOST:PORT']);
  });

  it.each(['/who', '/mesh', '/sync', '/receipts', '/help', '/help msg', '/rooms'])(
    'answer %s',
    async (line) => {
      const { peer, runner, rows } = running();
      await runner.run(line);
      expect(rows.length).toBeGreaterThan(0);
      expect(rows.join('')).not.toContain('!');
      expect(peer.published).toEqual([]);
    },
  );

  it('leave', async () => {
    const { runner, asked } = running();
    await runner.run('/QUIT');
    expect(asked).toEqual(['leave']);
  });
});

function roomOf({ place }: CommandRunner): string {
  return place.kind === 'room' ? place.room : place.peer;
}
