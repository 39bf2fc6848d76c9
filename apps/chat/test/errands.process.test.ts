import { describe, expect, it } from 'vitest';
import { alone, type Mesh, openMesh, type Program } from './support/program.js';

async function pair(): Promise<{ mesh: Mesh; ana: Program; address: string }> {
  const mesh = openMesh();
  const ana = mesh.start('ana', '--json', '--port', '0', ...alone(mesh));
  const address = await ana.address();
  const bob = mesh.start('bob', '--json', '--port', '0', ...alone(mesh, address));
  await bob.event('peer', ({ state }) => state === 'alive');
  await ana.event('peer', ({ state }) => state === 'alive');
  return { mesh, ana, address };
}

describe('hearsay send', () => {
  it('ends when enough others hold it, and leaves nothing dead behind', async () => {
    const { mesh, ana, address } = await pair();
    const send = mesh.start(
      'send',
      '#lobby',
      'deployed',
      '--as',
      'ci',
      '--until',
      '2',
      ...alone(mesh, address),
    );
    expect((await send.exit).code).toBe(0);
    expect(send.stdout).toBe('held by 2 peers\n');
    expect(await ana.event('message')).toMatchObject({ text: 'deployed', from: { nick: 'ci' } });
    await ana.event('peer', ({ errand, state }) => errand === 'send' && state === 'left');
    const states = ana
      .events('peer')
      .filter(({ errand }) => errand === 'send')
      .map(({ state }) => state);
    expect(states).toEqual(['alive', 'left']);
  });

  it('tells when fewer hold it in time', async () => {
    const { mesh, address } = await pair();
    const send = mesh.start(
      'send',
      'lobby',
      'hi',
      '--until',
      '5',
      '--timeout',
      '1500ms',
      ...alone(mesh, address),
    );
    expect((await send.exit).code).toBe(4);
    expect(send.stderr).toBe('hearsay: held by 2 of 5 peers in time\n');
  });
});

describe('hearsay peers', () => {
  it('asks a peer of this machine, which knows since when the others are there', async () => {
    const mesh = openMesh();
    const ana = mesh.start('ana', '--json', '--port', '0', '--network', mesh.network);
    const bob = mesh.start('bob', '--json', '--port', '0', ...alone(mesh, await ana.address()));
    await ana.event('peer', ({ state }) => state === 'alive');
    await bob.event('peer', ({ state }) => state === 'alive');
    bob.kill('SIGKILL');
    await ana.event('peer', ({ state }) => state === 'dead');
    const objects = mesh.start('peers', '--json', '--network', mesh.network);
    expect((await objects.exit).code).toBe(0);
    expect(objects.events('member').map(({ nick, self, state }) => [nick, self, state])).toEqual([
      ['ana', true, 'alive'],
      ['bob', false, 'dead'],
    ]);
    const table = mesh.start('peers', '--ascii', '--network', mesh.network);
    expect((await table.exit).code).toBe(0);
    expect(table.stdout).toMatch(/ FOR .*\n\+ +ana \(asked\) +alive .*\nx +bob +dead .*\n$/);
    expect(ana.events('peer').some(({ errand }) => errand === 'peers')).toBe(false);
  });

  it('lists the members as a newcomer is told, as a table and as JSON', async () => {
    const { mesh, address } = await pair();
    const table = mesh.start('peers', '--ascii', ...alone(mesh, address));
    expect((await table.exit).code).toBe(0);
    expect(table.stdout).toMatch(/^ +PEER +STATE .*\n\+ +ana +alive .*\n\+ +bob +alive .*\n$/);
    const objects = mesh.start('peers', '--json', ...alone(mesh, address));
    expect((await objects.exit).code).toBe(0);
    expect(objects.events('member').map(({ nick, state }) => [nick, state])).toEqual([
      ['ana', 'alive'],
      ['bob', 'alive'],
    ]);
    expect(objects.events('member')[0]).toMatchObject({ forMs: null, rttMs: null, heardMs: null });
    expect(table.stdout).not.toMatch(/ FOR | RTT | LAST /);
  });
});

describe('hearsay wait-sync', () => {
  it('ends when all hold the same', async () => {
    const { mesh, ana, address } = await pair();
    await ana.ask({ type: 'say', text: 'hi' });
    const wait = mesh.start('wait-sync', '--live', '2', ...alone(mesh, address));
    expect((await wait.exit).code).toBe(0);
    expect(wait.stdout).toMatch(/^in sync with 2 of 2; state [0-9a-f]{8}, 1 message\n$/);
  });

  it('tells when too few are there', async () => {
    const { mesh, address } = await pair();
    const wait = mesh.start(
      'wait-sync',
      '--live',
      '5',
      '--timeout',
      '1500ms',
      ...alone(mesh, address),
    );
    expect((await wait.exit).code).toBe(4);
    expect(wait.stderr).toContain('(5 live wanted)');
  });
});

describe.each([['send', 'lobby', 'hi'], ['peers'], ['wait-sync']])(
  'without peers',
  (...command) => {
    it(`${command[0]} ends with exit code 3 and a reason`, async () => {
      const mesh = openMesh();
      const program = mesh.start(...command, '--timeout', '500ms', ...alone(mesh, '127.0.0.1:9'));
      expect((await program.exit).code).toBe(3);
      expect(program.stderr).toMatch(/^hearsay: no peer found[^\n]*\n$/);
      expect(program.stdout).toBe('');
    });
  },
);
