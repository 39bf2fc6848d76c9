import { expect, it } from 'vitest';
import { alone, openMesh } from './support/program.js';

it('serves a page about the mesh with the chat, and from a member that only looks', async () => {
  const mesh = openMesh();
  const ana = mesh.start('ana', '--json', '--web', '--port', '0', ...alone(mesh));
  const { page } = await ana.event('ready');
  const address = await ana.address();
  expect(page).toBe(`http://${address}/view/`);
  expect((await fetch(String(page))).status).toBe(200);
  const looker = mesh.start('mesh', '--web', ...alone(mesh, address));
  const url = await looker.until('address', () => /^(http:.*)\n/.exec(looker.stdout)?.[1]);
  expect((await fetch(url)).status).toBe(200);
  looker.kill('SIGTERM');
  expect(await looker.exit).toEqual({ code: 0, signal: null });
});
