import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openMesh } from './support/program.js';

/** A state folder of somebody else. */
function otherHome(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'hearsay-home-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const QUIET = ['--json', '--port', '0', '--no-discover'];

describe('an invite', () => {
  it('lets somebody in who has no key, now and later', async () => {
    const mesh = openMesh();
    const home = otherHome();
    const ana = mesh.start('ana', ...QUIET, '--network', mesh.network);
    const address = await ana.address();
    const asked = await ana.ask({ type: 'invite' });
    expect(asked).toMatchObject({ type: 'invite', addresses: [address], onlyHere: true });
    const printed = mesh.start(
      'invite',
      '--network',
      mesh.network,
      '--no-discover',
      '--join',
      address,
    );
    expect((await printed.exit).code).toBe(0);
    expect(printed.stdout).toBe(`${String(asked['invite'])}\n`);
    expect(printed.stdout).toMatch(
      new RegExp(`^hearsay://127\\.0\\.0\\.1:\\d+/${mesh.network}#1[\\w-]{56}\\n$`),
    );
    expect(printed.stderr).toContain('only this machine can use this invite');

    const guest = ['--state-dir', home, ...QUIET];
    const first = mesh.start('bob', printed.stdout.trim(), ...guest);
    await first.event('sync', ({ inSync }) => inSync === true);
    expect(await first.event('ready')).toMatchObject({ network: mesh.network });
    first.write('{"type":"leave"}\n');
    await first.exit;
    const later = mesh.start('bob', '--network', mesh.network, ...guest);
    await later.event('sync', ({ inSync }) => inSync === true);
    expect(await later.event('ready')).toMatchObject({ gen: 2 });
  });

  it('that cannot be read is refused in one line', async () => {
    const mesh = openMesh();
    const bob = mesh.start('bob', 'hearsay://127.0.0.1:7340/ops#1abc', ...QUIET);
    expect((await bob.exit).code).toBe(2);
    expect(bob.stderr).toBe(
      'hearsay: this invite does not read: its key has 4 of 57 characters: was it cut? Copy it again whole.\n',
    );
  });

  it('is not printed when nobody is there', async () => {
    const mesh = openMesh();
    const invite = mesh.start('invite', '--timeout', '300ms', '--no-discover');
    expect((await invite.exit).code).toBe(3);
    expect(invite.stderr).toBe('hearsay: no peer found\n');
    expect(invite.stdout).toBe('');
  });
});

describe('networks', () => {
  it('are listed by name, without their keys', async () => {
    const mesh = openMesh();
    const ana = mesh.start('ana', ...QUIET, '--network', mesh.network);
    await ana.event('ready');
    const list = mesh.start('networks', '--json');
    expect((await list.exit).code).toBe(0);
    const [network] = list.events('network');
    expect(network).toMatchObject({ name: mesh.network, network: mesh.network, seeds: [] });
    expect(network?.['keys']).toEqual([expect.stringMatching(/^[0-9a-f]{16}$/)]);
    const secret: unknown = JSON.parse(readFileSync(String(network?.['file']), 'utf8')).keys[0];
    expect(list.stdout).not.toContain(String(secret));
  });

  it('must be there for a command that only visits', async () => {
    const mesh = openMesh();
    const peers = mesh.start('peers', '--network', 'nowhere', '--no-discover');
    expect((await peers.exit).code).toBe(3);
    expect(peers.stderr).toMatch(
      /^hearsay: no peer found: there is no network nowhere in \S+\. Start a peer in it, or join it with an invite\n$/,
    );
  });

  it('whose file is damaged stop the start in one line', async () => {
    const mesh = openMesh();
    const home = otherHome();
    const file = path.join(home, '@network.json');
    writeFileSync(file, '{"version":1,"network":"local"}\n');
    const ana = mesh.start('ana', '--state-dir', home, ...QUIET);
    expect((await ana.exit).code).toBe(2);
    expect(ana.stderr).toMatch(
      new RegExp(
        `^hearsay: ${file} does not read: [^\\n]+ Move it away, and join again with an invite from a member\\.\\n$`,
      ),
    );
    expect(readdirSync(home)).toEqual(['@network.json']);
  });
});
