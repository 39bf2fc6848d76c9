import { describe, expect, it } from 'vitest';
import { alone, type Mesh, openMesh, type Program } from './support/program.js';

interface Trio {
  readonly mesh: Mesh;
  readonly peers: readonly Program[];
  readonly address: string;
  /** Runs `hearsay keys` in it to its end. */
  keys(...args: readonly string[]): Promise<{ code: number | null; program: Program }>;
}

/** Three peers, the third one of somebody else. */
async function trio(): Promise<Trio> {
  const mesh = openMesh();
  const ana = mesh.start('ana', '--json', '--port', '0', ...alone(mesh));
  const address = await ana.address();
  const bob = mesh.start('bob', '--json', '--port', '0', ...alone(mesh, address));
  const { invite } = await ana.ask({ type: 'invite' });
  const peers = [ana, bob, mesh.start('cy', String(invite), ...guest(mesh, '-cy'))];
  for (const peer of peers)
    await peer.event('sync', ({ live, inSync }) => live === 2 && inSync === true);
  return {
    mesh,
    peers,
    address,
    async keys(...args) {
      const program = mesh.start('keys', ...args, ...alone(mesh, address));
      const { code } = await program.exit;
      return { code, program };
    },
  };
}

describe('hearsay keys', () => {
  it('rotates the key of a running mesh', async () => {
    const { mesh, peers, keys, address } = await trio();
    const [ana] = peers;
    if (ana === undefined) throw new Error('three peers');
    const oldInvite = String((await ana.ask({ type: 'invite' }))['invite']);
    const installed = await keys('install', '--json');
    expect(installed.code).toBe(0);
    const [answer] = installed.program.events('keys');
    expect(answer).toMatchObject({ op: 'install', have: 3, use: 0, of: 3, lacking: [] });
    const key = String(answer?.['key']);

    const before = await keys('list');
    expect(before.program.stdout).toMatch(
      new RegExp(
        `^KEY +HAVE +USE +HERE\\n[0-9a-f]{8} +3 of 3 +3 of 3 +in use\\n${key.slice(0, 8)} +3 of 3 +0 of 3 +yes\\n$`,
      ),
    );
    const old = String(before.program.stdout.split('\n')[1]).slice(0, 8);
    const refused = await keys('remove', old);
    expect(refused.code).toBe(2);
    expect(refused.program.stderr).toBe(`hearsay: key ${old} is in use; use another one first\n`);

    const used = await keys('use', key.slice(0, 8));
    expect(used.program.stderr).toBe('');
    expect(used.program.stdout).toBe(`using key ${key.slice(0, 8)}: 3 of 3 members dial with it\n`);
    for (const peer of peers) await peer.event('keys', ({ change }) => change === 'used');
    const removed = await keys('remove', old);
    expect(removed.program.stderr).toBe('');
    expect(removed.program.stdout).toBe(`removed key ${old}: 3 of 3 members refuse it\n`);
    expect(removed.code).toBe(0);
    await ana.ask({ type: 'say', text: 'still here' });
    for (const peer of peers.slice(1))
      await peer.event('message', ({ text }) => text === 'still here');
    expect(
      peers.flatMap((peer) => peer.events('peer')).filter(({ state }) => state === 'dead'),
    ).toEqual([]);

    const stale = mesh.start('eve', oldInvite, '--json', '--port', '0', '--no-discover');
    expect((await stale.exit).code).toBe(2);
    expect(stale.stderr).toContain('was removed from');
    const elsewhere = mesh.start('eve', oldInvite, ...guest(mesh));
    const no = await elsewhere.event('refused');
    expect(no['reason']).toContain('network key');
    elsewhere.write('{"type":"leave"}\n');
    await elsewhere.exit;
    const invite = mesh.start('invite', ...alone(mesh, address));
    await invite.exit;
    const back = mesh.start('eve', invite.stdout.trim(), ...guest(mesh));
    await back.event('sync', ({ live, inSync }) => live === 3 && inSync === true);
    const [shutOut] = elsewhere.events('ready');
    expect(await back.event('ready')).toMatchObject({ id: shutOut?.['id'], network: mesh.network });
  }, 60_000);

  it('leaves a member out, and does not leave one behind by mistake', async () => {
    const { peers, keys } = await trio();
    const installed = await keys('install', '--except', 'cy');
    expect(installed.code).toBe(0);
    expect(installed.program.stdout).toMatch(
      /^installed key [0-9a-f]{8}: 2 of 3 members have it \((ana, bob|bob, ana)\)\n$/,
    );
    const key = installed.program.stdout.slice('installed key '.length).slice(0, 8);
    const used = await keys('use', key);
    expect(used.code).toBe(4);
    expect(used.program.stderr).toBe(
      `hearsay: 1 of 3 members lack key ${key}: cy; run hearsay keys install ${key} again, or leave them behind with --force\n`,
    );
    expect(peers[2]?.events('keys')).toEqual([]);
    const forced = await keys('use', key, '--force');
    expect(forced.code).toBe(0);
    // On a busy machine the word is on its way still when the errand has ended.
    for (const peer of peers.slice(0, 2))
      await peer.event('keys', ({ change }) => change === 'used');
    const warning = await peers[2]?.event('warning', ({ code }) => code === 'key-missing');
    expect(String(warning?.['message'])).toContain('ask a member for a new invite');
  }, 120_000);

  it('tells what is wrong in one line', async () => {
    const { keys } = await trio();
    const unknown = await keys('use', 'ffff');
    expect(unknown.code).toBe(2);
    expect(unknown.program.stderr).toBe(
      'hearsay: no such key here: "ffff"; hearsay keys list shows them\n',
    );
    const nobody = await keys('install', '--except', 'zoe');
    expect(nobody.code).toBe(2);
    expect(nobody.program.stderr).toBe('hearsay: no member "zoe": not known here\n');
  });

  it('needs the mesh', async () => {
    const mesh = openMesh();
    const list = mesh.start('keys', 'list', '--no-discover', '--timeout', '300ms');
    expect((await list.exit).code).toBe(3);
    expect(list.stderr).toBe('hearsay: no peer found\n');
  });
});

/** Somebody on another machine: with a state folder of its own. */
function guest(mesh: Mesh, suffix = ''): string[] {
  const home = `${String(mesh.environment['XDG_STATE_HOME'])}-guest${suffix}`;
  return ['--state-dir', home, '--json', '--port', '0', '--no-discover'];
}
