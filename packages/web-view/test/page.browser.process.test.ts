import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Peer } from '@hearsay/node';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { startPeer, startView } from './support/mesh.js';

// Of the system: no browser is ever downloaded.
const BROWSERS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const executablePath = BROWSERS.find((file) => existsSync(file));
/** Where the picture of the documents goes; without it none is taken. */
const pictureFile = process.env['WEB_VIEW_PICTURE'];
const reason = executablePath === undefined ? `, skipped: none of ${BROWSERS.join(', ')}` : '';

describe.skipIf(executablePath === undefined)(`the page in a browser${reason}`, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath: executablePath ?? '',
      args: ['--no-sandbox'],
    });
  });
  afterAll(() => browser.close());

  /** A page, and all that its console complained about. */
  async function openPage(url: string, options: Parameters<Browser['newPage']>[0] = {}) {
    const page = await browser.newPage(options);
    onTestFinished(() => page.close());
    const complaints: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(url);
    return { page, complaints };
  }

  async function startMesh(): Promise<readonly [Peer, Peer, Peer]> {
    const ana = await startPeer('ana');
    const bob = await startPeer('bob', [ana]);
    const cy = await startPeer('cy', [ana, bob]);
    for (const peer of [ana, bob, cy]) peer.publish('room/lobby', `hello of ${peer.nick}`);
    await ana.synced({ live: 2, timeoutMs: 30_000 });
    return [ana, bob, cy];
  }

  it('shows members, clocks and agreement, and who dies while one looks', async () => {
    const [ana, , cy] = await startMesh();
    const view = await startView(ana);
    const { page, complaints } = await openPage(view.url);
    await shows(page, '#who', 'ana · 3 members: 3 alive');
    await shows(page, '#sync', '● in sync with 2 of 2 live peers');
    await shows(page, '#members', 'bob');
    expect(await page.locator('#topology circle').count()).toBe(3);
    expect(await page.locator('#clocks tr').count()).toBe(4);
    await cy.close();
    await shows(page, '#members', '✗ dead');
    await shows(page, '#members', 'had all at death');
    await shows(page, '#sync', '● in sync with 1 of 1 live peers');
    expect(complaints).toEqual([]);
  });

  it('says that nothing on it is live when the peer is gone', async () => {
    const ana = await startPeer('ana');
    const view = await startView(ana);
    const { page } = await openPage(view.url);
    await shows(page, '#link', '● live');
    await shows(page, '#sync', '○ alone: 0 live peers');
    view.close();
    await ana.close();
    await shows(page, '#link', '✗ this peer does not answer');
    expect(await page.locator('body.gone').count()).toBe(1);
  });

  it('takes what a peer calls itself for text', async () => {
    const ana = await startPeer('ana');
    const nick = '<img src=x onerror=alert(1)>';
    await startPeer(nick, [ana]);
    await ana.synced({ live: 1, timeoutMs: 30_000 });
    const { page, complaints } = await openPage((await startView(ana)).url);
    await shows(page, '#members', nick);
    expect(await page.locator('img').count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  it.each([
    ['a phone', 390, 844],
    ['a desk', 1_080, 900],
  ])('fits %s', async (_name, width, height) => {
    const [ana] = await startMesh();
    const { page } = await openPage((await startView(ana)).url, { viewport: { width, height } });
    await shows(page, '#sync', '● in sync');
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(wide).toBeLessThanOrEqual(width);
  });

  it.skipIf(pictureFile === undefined)('has its picture taken for the documents', async () => {
    const [ana, bob, cy] = await startMesh();
    const dia = await startPeer('dia', [ana, bob]);
    await startPeer('eve', [ana, bob]);
    await ana.synced({ live: 4, timeoutMs: 30_000 });
    const { url } = await startView(ana);
    const file = path.resolve(pictureFile ?? '');
    await mkdir(path.dirname(file), { recursive: true });
    const look = { viewport: { width: 1_080, height: 600 }, deviceScaleFactor: 1 };
    const { page } = await openPage(url, look);
    const small = { viewport: { width: 390, height: 844 }, colorScheme: 'dark' } as const;
    const { page: phone } = await openPage(url, small);
    await shows(page, '#sync', '● in sync');
    for (let said = 0; said < 40; said += 1) {
      for (const peer of [ana, bob, dia]) peer.publish('room/lobby', `line ${said}`);
      await page.waitForTimeout(60);
      if (said === 20) await cy.close();
    }
    await shows(page, '#members', '✗ dead');
    ana.drills.cut(dia.id);
    for (let said = 0; said < 8; said += 1) ana.publish('room/lobby', `more ${said}`);
    await shows(page, '#sync', 'behind');
    await writeFile(file, await page.screenshot({ fullPage: true }));
    await writeFile(file.replace(/\.png$/, '-phone.png'), await phone.screenshot());
  });
});

function shows(page: Page, selector: string, text: string): Promise<void> {
  return expect
    .poll(() => page.locator(selector).textContent(), { timeout: 30_000 })
    .toContain(text);
}
