import { createPeer, NetworkKeys, type Peer } from '@hearsay/node';
import { expect, it, onTestFinished } from 'vitest';
import { DOCUMENTS_TAG, padUrl, servePad } from '../src/serve-pad.js';

const KEY = Buffer.alloc(32, 9);
const TOKEN = 'a-token-of-16-or-more';
const FOREIGN = { headers: { origin: 'http://example.com' } };

/** A peer on loopback that serves the page. */
async function start(nick: string, options: Partial<Parameters<typeof createPeer>[0]> = {}) {
  const peer = await createPeer({
    ...{ nick, port: 0, discover: false },
    keys: NetworkKeys.of(KEY),
    ...options,
  });
  onTestFinished(() => peer.close());
  servePad({ peer });
  return { peer, url: padUrl(peer.port) };
}

function addressOf(peer: Peer): string {
  return `127.0.0.1:${peer.port}`;
}

it('serves the page with a policy that runs no script but its own', async () => {
  const { url } = await start('ana');
  const response = await fetch(url);
  const policy = response.headers.get('content-security-policy') ?? '';
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("script-src 'self';");
  expect(await response.text()).not.toMatch(/<script(?![^>]*src=)/);
  for (const part of ['pad.js', 'pad.css']) {
    expect((await fetch(new URL(part, url))).status).toBe(200);
  }
  expect((await fetch(new URL('nothing', url))).status).toBe(404);
  expect((await fetch(url, { method: 'POST' })).status).toBe(405);
  expect((await fetch(new URL('../pad', url))).url).toBe(`${url}?`);
});

it('lets other machines in by the token, and shows the parts of the page how', async () => {
  const { url } = await start('ana', { httpToken: TOKEN });
  expect((await fetch(url, FOREIGN)).status).toBe(403);
  const page = await fetch(`${url}?token=${TOKEN}`, FOREIGN);
  expect(await page.text()).toContain(`src="pad.js?token=${TOKEN}"`);
  const hostile = await fetch(`${url}?token=${TOKEN}&token="><script>`, FOREIGN);
  expect(await hostile.text()).not.toContain('"><script>');
});

it('lists itself, then peers that have documents, then the others', async () => {
  const { peer, url } = await start('ana');
  const join = [addressOf(peer)];
  const { peer: bob } = await start('bob', { join });
  const { peer: cy } = await start('cy', { join, tags: { [DOCUMENTS_TAG]: 'yes' } });
  await expect
    .poll(async () => await (await fetch(new URL('peers', url))).json(), { timeout: 30_000 })
    .toEqual({
      peers: [
        { nick: 'ana', address: addressOf(peer) },
        { nick: 'cy', address: addressOf(cy) },
        { nick: 'bob', address: addressOf(bob) },
      ],
    });
});

it('tells where a text is, whatever its name', () => {
  expect(padUrl(7340)).toBe('http://127.0.0.1:7340/pad/');
  expect(padUrl(7340, 'a&b/ü')).toBe('http://127.0.0.1:7340/pad/?doc=a%26b%2F%C3%BC');
});
