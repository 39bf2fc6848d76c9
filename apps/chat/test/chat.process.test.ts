import { describe, expect, it } from 'vitest';
import { alone, type Mesh, openMesh, type Program } from './support/program.js';

function json(mesh: Mesh, nick: string, ...join: readonly (string | undefined)[]): Program {
  return mesh.start(nick, '--json', '--port', '0', ...alone(mesh, ...join));
}

/** Two peers that know each other. */
async function pair(): Promise<{ mesh: Mesh; ana: Program; bob: Program }> {
  const mesh = openMesh();
  const ana = json(mesh, 'ana');
  const bob = json(mesh, 'bob', await ana.address());
  await ana.event('peer', ({ nick, state }) => nick === 'bob' && state === 'alive');
  await bob.event('peer', ({ nick, state }) => nick === 'ana' && state === 'alive');
  return { mesh, ana, bob };
}

describe('two peers', () => {
  it('talk, and know when they hold the same', async () => {
    const { ana, bob } = await pair();
    const { id } = await ana.ask({ type: 'say', text: 'hello\nbob' });
    const heard = await bob.event('message');
    expect(heard).toMatchObject({
      id,
      room: 'lobby',
      from: { nick: 'ana' },
      text: 'hello\nbob',
      own: false,
    });
    await bob.ask({ type: 'say', text: 'hi ana' });
    const reply = await ana.event('message');
    expect(Object.keys(reply['clock'] ?? {})).toHaveLength(2);
    const isLevel = ({ inSync, messages }: Record<string, unknown>): boolean =>
      inSync === true && messages === 2;
    const [left, right] = await Promise.all([
      ana.event('sync', isLevel),
      bob.event('sync', isLevel),
    ]);
    expect(left['hash']).toBe(right['hash']);
    expect(await ana.ask({ type: 'receipt', id })).toMatchObject({ held: 1, live: 1 });
  });

  it('find each other without being told where', async () => {
    const mesh = openMesh();
    const start = (nick: string): Program =>
      mesh.start(nick, '--json', '--port', '0', '--network', mesh.network);
    const ana = start('ana');
    const bob = start('bob');
    await ana.event('peer', ({ nick }) => nick === 'bob');
    await bob.event('peer', ({ nick }) => nick === 'ana');
  });

  it('see a kill -9, and give the one that returns what it missed', async () => {
    const { mesh, ana, bob } = await pair();
    await ana.ask({ type: 'say', text: 'before' });
    await bob.event('message');
    bob.kill('SIGKILL');
    expect(await ana.event('peer', ({ state }) => state === 'dead')).toMatchObject({
      nick: 'bob',
      was: 'suspect',
    });
    await ana.ask({ type: 'say', text: 'while you were gone' });
    const again = json(mesh, 'bob', await ana.address());
    expect(await again.event('ready')).toMatchObject({ gen: 2 });
    await again.event(
      'message',
      ({ text, history }) => text === 'while you were gone' && history === true,
    );
    expect(await ana.event('peer', ({ gen }) => gen === 2)).toMatchObject({
      nick: 'bob',
      state: 'alive',
    });
  });

  it('say goodbye on SIGTERM, and are not called dead', async () => {
    const { ana, bob } = await pair();
    bob.kill('SIGTERM');
    expect(await bob.exit).toEqual({ code: 0, signal: null });
    expect(bob.events().at(-1)).toMatchObject({ type: 'left' });
    expect(await ana.event('peer', ({ state }) => state !== 'alive')).toMatchObject({
      state: 'left',
      reason: 'goodbye',
    });
  });

  it('end quietly when nobody reads them any more', async () => {
    const { ana, bob } = await pair();
    bob.child.stdout.destroy();
    await ana.ask({ type: 'say', text: 'anybody there?' });
    expect(await bob.exit).toEqual({ code: 0, signal: null });
    expect(bob.stderr).toBe('');
    await ana.event('peer', ({ state }) => state === 'left');
  });

  it('of different networks refuse each other with a reason, and live on', async () => {
    const { ana, bob } = await pair();
    const other = openMesh();
    const eve = other.start('eve', '--json', '--port', '0', ...alone(other, await ana.address()));
    expect(await eve.event('refused')).toMatchObject({ code: 4_014 });
    await bob.ask({ type: 'say', text: 'still here' });
    await ana.event('message', ({ text }) => text === 'still here');
    expect(eve.events('peer')).toEqual([]);
  });

  it('tell that a joined address does not answer, and go on', async () => {
    const mesh = openMesh();
    const ana = json(mesh, 'ana', '127.0.0.1:9');
    expect(await ana.event('dial-failed')).toMatchObject({ address: '127.0.0.1:9', attempt: 1 });
    const plain = mesh.start('bob', '--plain', '--port', '0', ...alone(mesh, '127.0.0.1:9'));
    await plain.complaint('cannot join 127.0.0.1:9');
    expect(await ana.ask({ type: 'status' })).toMatchObject({ live: 0 });
  });
});

describe('plain mode', () => {
  it('sends lines, loses none beside a bad one, and ends when a peer holds them', async () => {
    const mesh = openMesh();
    const ana = json(mesh, 'ana');
    const ci = mesh.start('ci', '--plain', '--port', '0', ...alone(mesh, await ana.address()));
    ci.write('/usr/bin/make\n');
    ci.write(Buffer.from([0x61, 0xff, 0xfe, 0x0a]));
    ci.write(Buffer.alloc(10 * 1_024 * 1_024, 'x'));
    ci.write('\nafter all that\n');
    ci.child.stdin.end('and the last');
    expect(await ci.exit).toEqual({ code: 0, signal: null });
    const texts = ana.events('message').map(({ text }) => text);
    expect(texts).toEqual(['/usr/bin/make', 'after all that', 'and the last']);
    expect(ci.stderr).toContain('line 2 is not valid UTF-8 (3 bytes): not sent\n');
    expect(ci.stderr).toContain('line too long (10485760 bytes, limit 32768): not sent\n');
    expect(ci.stderr).toMatch(/left after .*, all held by 1 peer\n$/);
    expect(ci.stdout).toBe('');
  });

  it('tells a script that nobody took its lines', async () => {
    const mesh = openMesh();
    const ci = mesh.start('ci', '--port', '0', '--flush', '200ms', ...alone(mesh));
    ci.child.stdin.end('one\ntwo\n');
    expect((await ci.exit).code).toBe(3);
    expect(ci.stderr).toContain('2 messages are only here');
  });

  it('shows what others say without what could harm a terminal', async () => {
    const mesh = openMesh();
    const ana = json(mesh, 'ana');
    const reader = mesh.start(
      'reader',
      '--plain',
      '--follow',
      '--port',
      '0',
      ...alone(mesh, await ana.address()),
    );
    reader.child.stdin.end();
    await ana.event('peer', ({ nick }) => nick === 'reader');
    await ana.ask({
      type: 'say',
      text: 'a\u001b]0;pwned\u0007b\u001b[2Jc\n12:00:00 #lobby <bob> forged',
    });
    await reader.until('the message', () => reader.stdout.includes('forged\n'));
    expect(reader.stdout).toMatch(
      /^[\d:]{8} #lobby <ana> abc\n {4}12:00:00 #lobby <bob> forged\n$/,
    );
    // It followed on although stdin had ended; a wish to leave ends it.
    reader.kill('SIGTERM');
    expect((await reader.exit).code).toBe(0);
  });
});
