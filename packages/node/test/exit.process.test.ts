import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from './support/folders.js';
import { freeDiscoveryPort } from './support/peers.js';

const BUILT = new URL('../dist/index.js', import.meta.url).href;

/** Runs a program around one peer in a process of its own, and waits until that ends by itself. */
async function run(end: string) {
  const folder = await temporaryFolder();
  const options = {
    nick: 'ana',
    port: 0,
    stateFolder: join(folder, 'state'),
    runFolder: join(folder, 'run'),
    discoveryPort: await freeDiscoveryPort(),
    join: ['127.0.0.1:1'],
  };
  const program = `
    import { createPeer } from ${JSON.stringify(BUILT)};
    import { setTimeout as pause } from 'node:timers/promises';
    const controller = new AbortController();
    const options = { ...${JSON.stringify(options)}, signal: controller.signal };
    const peer = await createPeer(options);
    peer.subscribe('lobby');
    peer.publish('lobby', 'x');
    await pause(200);
    ${end}
    console.log('ended');
  `;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    env: { ...process.env, XDG_STATE_HOME: folder },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (data: Buffer) => {
    output += data.toString();
  });
  const [code] = await once(child, 'close');
  const left = await Promise.all(['state', 'run'].map((name) => readdir(join(folder, name))));
  return { code: Number(code), output, left };
}

describe('a process whose peer has ended', () => {
  it.each([
    ['was closed', 'await peer.close();'],
    ['left', 'await peer.leave({ flushMs: 50 });'],
    ['was aborted', 'controller.abort();'],
  ])('ends by itself and leaves nothing behind when the peer %s', async (_what, end) => {
    const { code, output, left } = await run(end);
    expect({ code, output }).toEqual({ code: 0, output: 'ended\n' });
    expect(left).toEqual([['log', 'profile.json'], []]);
  });
});
