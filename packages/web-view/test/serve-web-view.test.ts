import { expect, it } from 'vitest';
import { snapshotOf } from '../src/snapshot.js';
import { startPeer, startView } from './support/mesh.js';

it('serves its page and nothing else, with headers that let nothing in', async () => {
  const peer = await startPeer('ana');
  const { url } = await startView(peer);
  expect(url).toBe(`http://127.0.0.1:${peer.port}/view/`);
  const answer = await fetch(url);
  expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
  const policy = answer.headers.get('content-security-policy') ?? '';
  expect(policy).toMatch(/^default-src 'none'; script-src 'self';/);
  expect(policy).not.toContain('unsafe');
  const page = await answer.text();
  expect(page).not.toMatch(/https?:\/\/|<script>|<style|style=/);
  const statuses = ['page.js', 'draw.js', 'words.js', 'page.css', 'x', '..%2fpackage.json', '%00'];
  const found = await Promise.all(
    statuses.map(async (name) => (await fetch(new URL(name, url))).status),
  );
  expect(found).toEqual([200, 200, 200, 200, 404, 404, 404]);
  expect((await fetch(url, { method: 'POST' })).status).toBe(405);
});

it('lets no other site look', async () => {
  const { url } = await startView(await startPeer('ana'));
  const answer = await fetch(url, { headers: { origin: 'https://example.org' } });
  expect(answer.status).toBe(403);
});

it('takes the page away when it is closed, and can be opened again', async () => {
  const peer = await startPeer('ana');
  const view = await startView(peer);
  view.close();
  view.close();
  expect((await fetch(view.url)).status).toBe(404);
  const again = await startView(peer);
  expect((await fetch(again.url)).status).toBe(200);
});

it('tells what the peer knows, bounded', async () => {
  const ana = await startPeer('ana');
  const bob = await startPeer('bob', [ana]);
  bob.publish('room/lobby', 'one');
  bob.publish('room/lobby', 'two');
  await ana.synced({ live: 1, timeoutMs: 30_000 });
  await expect.poll(() => ana.status().messages).toBe(2);
  const snapshot = snapshotOf(ana, new Map());
  expect(snapshot).toMatchObject({ v: 1, nick: 'ana', live: 1, messages: 2, hidden: 0 });
  expect(snapshot.writers).toEqual(['bob']);
  const [self, other] = [true, false].map((own) =>
    snapshot.members.find((member) => member.self === own),
  );
  expect(self).toMatchObject({ label: 'ana', link: 'self', holds: [2], rttMs: null });
  expect(other).toMatchObject({ label: 'bob', state: 'alive', holds: [2], lackedAtDeath: null });
  const many = ana.members().flatMap((member) => Array.from({ length: 50 }, () => member));
  const crowd = snapshotOf(
    {
      id: ana.id,
      nick: ana.nick,
      members: () => many,
      status: () => ana.status(),
      holdings: (id) => ana.holdings(id),
    },
    new Map(),
  );
  expect([crowd.members.length, crowd.hidden]).toEqual([64, 36]);
});
