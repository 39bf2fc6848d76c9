import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { alone, type Mesh, openMesh, type Program } from './support/program.js';

// Of the system: no browser is ever downloaded.
const BROWSERS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const executablePath = BROWSERS.find((file) => existsSync(file));
const reason = executablePath === undefined ? `, skipped: none of ${BROWSERS.join(', ')}` : '';
/** A browser on a busy machine takes its time. */
const BROWSER_TEST_MS = 120_000;

/** A peer that serves the page, once it does: its cache is opened after its first screen. */
async function start(
  mesh: Mesh,
  nick: string,
  ...args: readonly string[]
): Promise<{ readonly peer: Program; readonly address: string }> {
  const peer = mesh.start(nick, '--json', '--follow', ...args);
  const address = await peer.address();
  await expect
    .poll(async () => (await fetch(`http://${address}/pad/`)).status, { timeout: 30_000 })
    .toBe(200);
  return { peer, address };
}

it('serves a page that edits documents, and none without a cache', async () => {
  const mesh = openMesh();
  const { peer, address } = await start(mesh, 'ana', '--port', '0', ...alone(mesh));
  const page = await (await fetch(`http://${address}/pad/`)).text();
  expect(page).toContain('pad.js');
  const foreign = { headers: { origin: 'http://example.com' } };
  expect((await fetch(`http://${address}/pad/`, foreign)).status).toBe(403);
  const members = await peer.ask({ type: 'members' });
  expect(JSON.stringify(members)).toContain('"documents":"yes"');
  const without = mesh.start('bob', '--json', '--no-cache', '--port', '0', ...alone(mesh));
  expect((await fetch(`http://${await without.address()}/pad/`)).status).toBe(404);
});

describe.skipIf(executablePath === undefined)(`the pad of a peer in browsers${reason}`, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath: executablePath ?? '',
      args: ['--no-sandbox'],
    });
  });
  afterAll(() => browser.close());

  /** A page of its own, as another person's browser would show it. */
  async function open(address: string, complaints: string[]): Promise<Page> {
    const context = await browser.newContext();
    onTestFinished(() => context.close());
    const page = await context.newPage();
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      if (message.text().includes('Content Security Policy')) complaints.push(message.text());
    });
    await page.goto(`http://${address}/pad/`);
    await page.locator('#light[data-state=synced]').waitFor();
    return page;
  }

  it(
    'goes on when the peer of one page is killed, and all are equal when it is back',
    async () => {
      const complaints: string[] = [];
      const mesh = openMesh();
      const ana = await start(mesh, 'ana', '--port', '0', ...alone(mesh));
      const bob = await start(mesh, 'bob', '--port', '0', ...alone(mesh, ana.address));
      const first = await open(ana.address, complaints);
      const second = await open(bob.address, complaints);
      await type(first, 'from the first. ');
      await waitForText(second, 'from the first.');
      await type(second, 'from the second. ');
      await waitForText(first, 'from the second.');
      await first.locator('#peers li', { hasText: 'bob at' }).waitFor({ state: 'attached' });
      await first.locator('#people li').nth(1).waitFor();

      ana.peer.kill('SIGKILL');
      await type(first, 'while its peer is dead. ');
      await type(second, 'meanwhile. ', 'Home');
      await first.locator('#state', { hasText: 'connected to bob' }).waitFor();
      await first.locator('#light[data-state=synced]').waitFor();
      await type(first, 'after. ');
      for (const page of [first, second]) {
        await waitForText(page, 'while its peer is dead.', 'meanwhile.', 'after.');
        await page.locator('#people li').nth(1).waitFor();
      }

      const again = await start(mesh, 'ana', '--port', '0', ...alone(mesh, bob.address));
      const third = await open(again.address, complaints);
      await type(second, 'when it is back. ');
      for (const page of [first, second, third]) {
        await waitForText(page, 'from the first.', 'after.', 'when it is back.');
      }
      const expected = await textOf(second);
      for (const page of [first, third]) {
        await expect.poll(() => textOf(page), { timeout: 30_000 }).toBe(expected);
      }
      expect(complaints).toEqual([]);
    },
    BROWSER_TEST_MS,
  );

  it(
    'says so when no peer answers, and sends what was written when one does',
    async () => {
      const mesh = openMesh();
      const ana = await start(mesh, 'ana', '--port', '0', ...alone(mesh));
      const page = await open(ana.address, []);
      ana.peer.kill('SIGKILL');
      await page.locator('#state', { hasText: 'no peer answers' }).waitFor();
      await type(page, 'alone');
      const { port } = new URL(`http://${ana.address}`);
      await start(mesh, 'ana', '--port', port, ...alone(mesh));
      await page.locator('#light[data-state=synced]').waitFor();
      await waitForText(await open(ana.address, []), 'alone');
    },
    BROWSER_TEST_MS,
  );
});

/** The lines of the editor, without the names at cursors. */
function textOf(page: Page): Promise<string> {
  return page.evaluate(() => {
    const editor = document.querySelector('.cm-content')?.cloneNode(true);
    if (!(editor instanceof HTMLElement)) return '';
    for (const caret of editor.querySelectorAll('.cm-ySelectionCaret')) caret.remove();
    const lines = [...editor.querySelectorAll('.cm-line')];
    return lines.map((line) => line.textContent ?? '').join('\n');
  });
}

/** Two that write at once do so at different ends: at one place the words of one part those of the other. */
async function type(page: Page, text: string, at: 'Home' | 'End' = 'End'): Promise<void> {
  await page.locator('.cm-content').press(`Control+${at}`);
  await page.keyboard.type(text);
}

async function waitForText(page: Page, ...parts: readonly string[]): Promise<void> {
  for (const part of parts) await page.locator('.cm-content', { hasText: part }).waitFor();
}
