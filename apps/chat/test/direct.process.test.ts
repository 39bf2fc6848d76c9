import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { alone, openMesh } from './support/program.js';

const SECRET = 'the launch code is tangerine';

/** What stands in all files below a folder. */
function everything(folder: string): Buffer {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return Buffer.concat(
    files.map(({ parentPath, name }) => readFileSync(path.join(parentPath, name))),
  );
}

it('a direct message is carried by a third one, who sees nothing of it on disk or in events', async () => {
  const mesh = openMesh();
  const home = mkdtempSync(path.join(tmpdir(), 'hearsay-home-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  const ana = mesh.start('ana', '--json', '--port', '0', ...alone(mesh));
  const { invite } = await ana.ask({ type: 'invite' });
  const guest = ['--state-dir', home, '--json', '--port', '0', '--no-discover'];
  const cy = mesh.start('cy', String(invite), ...guest);
  const bob = mesh.start('bob', '--json', '--port', '0', ...alone(mesh, await ana.address()));
  for (const peer of [ana, bob, cy]) {
    await peer.event('sync', ({ live, inSync }) => live === 2 && inSync === true);
  }
  const { id: bobId } = await bob.event('ready');
  bob.write('{"type":"leave"}\n');
  await bob.exit;
  expect(await ana.ask({ type: 'say', to: bobId, text: SECRET })).toMatchObject({ type: 'ok' });
  await ana.ask({ type: 'say', text: 'in the clear' });
  await cy.event('message', ({ text }) => text === 'in the clear');
  ana.kill('SIGKILL');
  await ana.exit;

  const cyAddress = await cy.address();
  const back = mesh.start('bob', '--json', '--port', '0', ...alone(mesh, cyAddress));
  const message = await back.event('message', ({ direct }) => direct !== undefined);
  expect(message).toMatchObject({ text: SECRET, from: { nick: 'ana' }, own: false });
  const status = await cy.ask({ type: 'status' });
  expect(status['counters']).toMatchObject({ directCarried: 1, directUnreadable: 0 });
  cy.write('{"type":"leave"}\n');
  await cy.exit;
  const kept = everything(home);
  expect(kept.includes('in the clear')).toBe(true); // The log is there, and holds what rooms say.
  expect(kept.includes('tangerine')).toBe(false);
  expect(cy.stdout).not.toContain('tangerine');
  expect(cy.stderr).not.toContain('tangerine');
});
