import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const PROGRAM = fileURLToPath(new URL('../dist/main.js', import.meta.url));

interface Running {
  readonly child: ChildProcess;
  readonly url: string;
}

let folder: string;
let running: Running[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hearsay-pad-'));
  running = [];
});

afterEach(() => {
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

describe('hearsay-pad', () => {
  it('serves the page, and to other machines by its token', async () => {
    const token = 'a-token-of-16-or-more';
    const { url } = await start('ana', '--memory', '--token', token);
    expect((await fetch(url)).status).toBe(200);
    const foreign = { headers: { origin: 'http://example.com' } };
    expect((await fetch(url, foreign)).status).toBe(403);
    expect((await fetch(`${url}?token=${token}`, foreign)).status).toBe(200);
    const peers: unknown = await (await fetch(new URL('peers', url))).json();
    expect(peers).toEqual({ peers: [{ nick: 'ana', address: new URL(url).host }] });
  });

  it('ends with a clean goodbye and exit code 0 at Ctrl-C', async () => {
    const { child } = await start('ana');
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGINT');
    expect(await ended).toBe(0);
  });
});
