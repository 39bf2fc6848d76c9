import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import WebSocket from 'ws';
import { alone, type Mesh, openMesh, type Program } from './support/program.js';

/** Peers that serve their cache, all linked with the first. */
async function peersOf(
  ...nicks: readonly string[]
): Promise<{ mesh: Mesh; peers: Program[]; addresses: string[] }> {
  const mesh = openMesh();
  const peers: Program[] = [];
  const addresses: string[] = [];
  for (const nick of nicks) {
    const peer = mesh.start(nick, '--json', '--port', '0', ...alone(mesh, addresses[0]));
    peers.push(peer);
    addresses.push(await peer.address());
  }
  for (const [index, peer] of peers.entries()) {
    const others = nicks.filter((_, each) => each !== index);
    for (const nick of others) {
      await peer.event('peer', (event) => event['nick'] === nick && event['state'] === 'alive');
    }
  }
  // The first writes that all must hold wait until all take part.
  for (const address of addresses) await done(mesh, address, 'set', 'met', address, '--write', '1');
  return { mesh, peers, addresses };
}

async function run(
  mesh: Mesh,
  address: string | undefined,
  ...words: readonly string[]
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const [name = '', ...rest] = words;
  const program = mesh.start('cache', name, '--peer', address ?? '', ...rest);
  const { code } = await program.exit;
  return { code, stdout: program.stdout, stderr: program.stderr };
}

/** Until it is so; the test's own timeout is the bound. */
async function again(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 100));
}

/** What a command prints that must work. */
async function done(
  mesh: Mesh,
  address: string | undefined,
  ...words: readonly string[]
): Promise<string> {
  const { code, stdout, stderr } = await run(mesh, address, ...words);
  expect([code, stderr]).toEqual([0, '']);
  return stdout;
}

describe('hearsay cache', () => {
  it('writes on one peer, reads on another, watches on a third, and lives through a kill', async () => {
    const { mesh, peers, addresses } = await peersOf('ana', 'bob', 'cy');
    const [first, , third] = addresses;
    let [, second] = addresses;
    const watch = mesh.start('cache', 'watch', '--peer', third ?? '', '--json', 'user:');
    await again(async () => {
      await done(mesh, first, 'set', 'user:0', 'x');
      return watch.events('set').length > 0;
    });
    expect(await done(mesh, first, 'set', 'user:1', 'ana', '--write', '3')).toBe('ok, held by 3\n');
    expect(await done(mesh, second, 'get', 'user:1')).toBe('ana\n');
    expect(await watch.event('set', ({ key }) => key === 'user:1')).toMatchObject({ text: 'ana' });

    peers[1]?.kill('SIGKILL');
    await peers[0]?.event('peer', ({ nick, state }) => nick === 'bob' && state === 'dead');
    expect(await done(mesh, first, 'set', 'user:2', 'eve', '--write', '2')).toBe('ok, held by 2\n');
    const bob = mesh.start('bob', '--json', '--port', '0', ...alone(mesh, first, third));
    second = await bob.address();
    await bob.event('peer', ({ nick, state }) => nick === 'ana' && state === 'alive');
    await again(async () => (await run(mesh, second, 'get', 'user:2')).stdout === 'eve\n');
    for (const address of [first, second, third]) {
      expect(await done(mesh, address, 'doctor')).toMatch(/^OK: 2 live peers hold the same\n/);
    }
    expect(await done(mesh, second, 'get', 'user:1')).toBe('ana\n');
  });

  it('speaks of every type, from files and to files', async () => {
    const { mesh, addresses, peers } = await peersOf('ana');
    const [address] = addresses;
    const folder = mkdtempSync(path.join(tmpdir(), 'hearsay-backup-test-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    expect(await done(mesh, address, 'incr', 'n')).toBe('1\n');
    expect(await done(mesh, address, 'incr', 'n', '-3')).toBe('-2\n');
    expect(await done(mesh, address, 'add', 's', 'b', 'a')).toBe('added b, a (2 elements)\n');
    expect(await done(mesh, address, 'add', 's', 'b', 'c')).toBe('added 1 of 2 (3 elements)\n');
    const removed = JSON.parse(await done(mesh, address, 'rem', 's', 'b', 'c', '--json')) as object;
    expect(removed).toMatchObject({ type: 'changed', op: 'rem', changed: 2, size: 1 });
    expect(await done(mesh, address, 'members', 's')).toBe('a\n');
    expect(await done(mesh, address, 'hset', 'h', 'name', 'ana')).toBe('name = ana (1 field)\n');
    expect(await done(mesh, address, 'hget', 'h', 'name')).toBe('ana\n');
    const set = mesh.start('cache', 'set', '--peer', address ?? '', 'file', '-', '--ttl', '1m');
    set.write('from a pipe');
    set.child.stdin.end();
    expect((await set.exit).code).toBe(0);
    const entry = JSON.parse(await done(mesh, address, 'get', 'file', '--json')) as object;
    expect(entry).toMatchObject({ type: 'entry', holds: 'register', text: 'from a pipe' });
    expect((await done(mesh, address, 'scan')).split('\n').sort()).toEqual(
      ['', 'file', 'h', 'met', 'n', 's'].sort(),
    );
    expect(await done(mesh, address, 'stats')).toMatch(/^keys +5\n/);
    const file = path.join(folder, 'backup');
    expect(await done(mesh, address, 'backup', file)).toContain(`bytes in ${file}`);
    expect(readFileSync(file).byteLength).toBeGreaterThan(100);
    expect(await done(mesh, address, 'del', 'n', 's', 'none')).toBe('2 deleted\n');
    const provider = `ws://${address}/yjs/notes`;
    const update = Buffer.from('00020b0101010004010174016100', 'hex'); // One letter, by client 1.
    await new Promise<void>((resolve) => {
      const socket = new WebSocket(provider);
      socket.once('open', () => socket.send(update, () => socket.close()));
      socket.once('close', () => resolve());
    });
    expect(await done(mesh, address, 'docs')).toMatch(/^ +\d+ B +0 {2}notes\n$/);
    expect(await peers[0]?.ask({ type: 'status' })).toMatchObject({
      documents: { documents: 1, updatesHere: 1, refused: { malformed: 0 } },
    });
    const metrics = await (await fetch(`http://${address}/metrics`)).text();
    expect(metrics).toContain('hearsay_documents_updates_total{from="here"} 1\n');
    expect(await done(mesh, address, 'del', 'notes')).toBe('1 deleted\n');
    expect(await done(mesh, address, 'docs')).toBe('');
  });

  it('ends with a code and one line when it cannot', async () => {
    const { mesh, addresses } = await peersOf('ana');
    const [address] = addresses;
    const cases = [
      [1, ['get', 'none'], '"none" holds nothing'],
      [1, ['incr', 'met'], 'holds a register, not a counter'],
      [2, ['set', 'k'], 'missing required argument'],
      [2, ['set', 'k'.repeat(513), 'x'], '512'],
      [2, ['watch', '--from', '!'], 'no cursor'],
      [4, ['set', 'k', 'x', '--write', '3'], 'nothing was done'],
    ] as const;
    for (const [code, words, line] of cases) {
      const ended = await run(mesh, address, ...words);
      expect([words, ended.code, ended.stdout]).toEqual([words, code, '']);
      expect(ended.stderr).toMatch(/^hearsay: [^\n]*\n$/);
      expect(ended.stderr).toContain(line);
    }
    const none = await run(mesh, '127.0.0.1:9', 'get', 'k');
    expect([none.code, none.stderr]).toEqual([
      3,
      'hearsay: no peer found; nobody listens at 127.0.0.1:9\n',
    ]);
    const nobody = mesh.start('cache', 'get', 'k', '--network', mesh.network);
    expect((await nobody.exit).code).toBe(3);
    expect(nobody.stderr).toContain('no peer found');
  });

  it('finds a peer of this machine by itself, and needs one with a cache', async () => {
    const mesh = openMesh();
    const bare = mesh.start(
      'ana',
      '--json',
      '--port',
      '0',
      '--network',
      mesh.network,
      '--no-cache',
    );
    await bare.address();
    const words = ['--network', mesh.network, '--timeout', '1s'];
    const without = mesh.start('cache', 'get', 'k', ...words);
    expect((await without.exit).code).toBe(3);
    expect(without.stderr).toContain('has no cache open');
    const bob = mesh.start('bob', '--json', '--port', '0', '--network', mesh.network);
    await bob.address();
    const set = mesh.start('cache', 'set', 'k', 'x', '--network', mesh.network);
    expect((await set.exit).code).toBe(0);
    expect(await bob.ask({ type: 'cache', op: 'get', key: 'k' })).toMatchObject({
      type: 'entry',
      value: 'x',
    });
    expect(await bare.ask({ type: 'cache', op: 'get', key: 'k' })).toMatchObject({
      type: 'error',
      code: 'no-cache',
    });
  });
});
