import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const CHROMIUM = '/usr/bin/chromium';
const PROGRAM = fileURLToPath(new URL('../dist/main.js', import.meta.url));
/** A browser on a busy machine takes its time. */
const BROWSER_TEST_MS = 120_000;
const hasBrowser = existsSync(CHROMIUM);

interface Running {
  readonly child: ChildProcess;
  readonly url: string;
}

let folder: string;
let browser: Browser | undefined;
let running: Running[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hearsay-pad-'));
  running = [];
});

afterEach(async () => {
  await browser?.close();
  browser = undefined;
  for (const { child } of running) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

/** Starts a peer as a user does, and waits until it says where its page is. */
async function start(nick: string, ...args: readonly string[]): Promise<Running> {
  const options = ['--json', '--port', '0', '--no-discover', '--state-dir', folder];
  const child = spawn(process.execPath, [PROGRAM, nick, ...options, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, XDG_RUNTIME_DIR: folder },
  });
  const url = await new Promise<string>((resolve, reject) => {
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      const ready = output.split('\n').find((line) => line.includes('"ready"'));
      if (ready !== undefined) resolve(String(JSON.parse(ready).url));
    });
    child.once('exit', (code) => reject(new Error(`${nick} ended with ${code}`)));
  });
  const peer = { child, url };
  running.push(peer);
  return peer;
}

/** Opens a page of its own, as another person's browser would. */
async function open(url: string, complaints: string[]): Promise<Page> {
  browser ??= await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
  const page = await (await browser.newContext()).newPage();
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.text().includes('Content Security Policy')) complaints.push(message.text());
  });
  await page.goto(url);
  await page.locator('#light[data-state=synced]').waitFor();
  return page;
}

/** The lines of the editor, without the names at cursors. */
function textOf(page: Page): Promise<string> {
  return page.evaluate(() => {
    const lines = [...document.querySelectorAll('.cm-line')];
    for (const caret of document.querySelectorAll('.cm-ySelectionCaret')) caret.remove();
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

const without = hasBrowser ? '' : ` (skipped: there is no ${CHROMIUM})`;

describe.skipIf(!hasBrowser)(`the pad in a real browser${without}`, () => {
  it(
    'goes on when the peer of one page is killed, loses nothing, and all are equal in the end',
    async () => {
      const complaints: string[] = [];
      const ana = await start('ana');
      const bob = await start('bob', '--join', new URL(ana.url).host);
      const [first, second] = [await open(ana.url, complaints), await open(bob.url, complaints)];
      await type(first, 'from the first. ');
      await waitForText(second, 'from the first.');
      await type(second, 'from the second. ');
      await waitForText(first, 'from the second.');
      await first.locator('#peers li', { hasText: 'bob at' }).waitFor({ state: 'attached' });
      await first.locator('#people li').nth(1).waitFor();

      ana.child.kill('SIGKILL');
      await type(first, 'while its peer is dead. ');
      await type(second, 'meanwhile. ', 'Home');
      await first.locator('#state', { hasText: 'connected to bob' }).waitFor();
      await first.locator('#light[data-state=synced]').waitFor();
      await type(first, 'after. ');
      for (const page of [first, second]) {
        await waitForText(page, 'while its peer is dead.', 'meanwhile.', 'after.');
        await page.locator('#people li').nth(1).waitFor();
      }
      await expect
        .poll(async () => (await textOf(first)) === (await textOf(second)), { timeout: 30_000 })
        .toBe(true);

      const again = await start('ana', '--join', new URL(bob.url).host);
      const third = await open(again.url, complaints);
      await waitForText(third, 'from the first.', 'after.');
      expect(complaints).toEqual([]);
    },
    BROWSER_TEST_MS,
  );

  it(
    'says so when no peer answers, and sends what was written when one does',
    async () => {
      const ana = await start('ana');
      const page = await open(ana.url, []);
      const { port } = new URL(ana.url);
      ana.child.kill('SIGKILL');
      await page.locator('#state', { hasText: 'no peer answers' }).waitFor();
      await type(page, 'alone');
      await start('ana', '--port', port);
      await page.locator('#light[data-state=synced]').waitFor();
      const other = await open(ana.url, []);
      await waitForText(other, 'alone');
    },
    BROWSER_TEST_MS,
  );
});

describe('hearsay-pad', () => {
  it('serves the page with a policy that runs no script but its own', async () => {
    const { url } = await start('ana', '--memory');
    const response = await fetch(url);
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(await response.text()).not.toMatch(/<script(?![^>]*src=)/);
    expect((await fetch(new URL('nothing', url))).status).toBe(404);
    expect((await fetch(url, { method: 'POST' })).status).toBe(405);
    expect((await fetch(new URL('../pad', url))).url).toBe(`${url}?`);
    const peers: unknown = await (await fetch(new URL('peers', url))).json();
    expect(peers).toEqual({ peers: [{ nick: 'ana', address: new URL(url).host }] });
  });

  it('lets other machines in by its token, and shows the parts of the page how', async () => {
    const token = 'a-token-of-16-or-more';
    const { url } = await start('ana', '--memory', '--token', token);
    const foreign = { headers: { origin: 'http://example.com' } };
    expect((await fetch(url, foreign)).status).toBe(403);
    const page = await fetch(`${url}?token=${token}`, foreign);
    expect(await page.text()).toContain(`src="pad.js?token=${token}"`);
    const hostile = await fetch(`${url}?token=${token}&token="><script>`, foreign);
    expect(await hostile.text()).not.toContain('"><script>');
  });

  it('ends with a clean goodbye and exit code 0 at Ctrl-C', async () => {
    const { child } = await start('ana');
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGINT');
    expect(await ended).toBe(0);
  });
});
