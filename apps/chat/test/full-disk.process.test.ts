import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { alone, type Mesh, openMesh, type Program } from './support/program.js';

/** No file of the program may grow beyond this: as a full disk, but for this process only. */
const FILE_BYTES = 8_000;
const MESSAGES_MAX = 200;

/** Sets the limit of a process that runs; the system refuses writes beyond it with EFBIG. */
function limitFiles({ child }: Program, bytes: number | 'unlimited'): boolean {
  const args = ['--pid', String(child.pid), `--fsize=${bytes}:`];
  return spawnSync('prlimit', args).status === 0;
}

const hasLimits = spawnSync('prlimit', ['--pid', String(process.pid), '--fsize']).status === 0;

interface Spoken {
  readonly kept: string[];
  readonly refused: string[];
}

/** Says one thing after the other until one is refused. */
async function sayUntilRefused(peer: Program): Promise<Spoken> {
  const kept: string[] = [];
  for (let index = 0; index < MESSAGES_MAX; index++) {
    const text = `${index} ${'word '.repeat(40)}`.trim();
    const answer = await peer.ask({ type: 'say', text });
    if (answer['type'] === 'ok') kept.push(text);
    else {
      expect(answer).toMatchObject({ type: 'error', code: 'disk-failed' });
      return { kept, refused: [text] };
    }
  }
  throw new Error('nothing was refused');
}

function warningsOf(peer: Program): unknown[] {
  return peer.events('warning').map(({ code }) => code);
}

async function restarted(mesh: Mesh, peer: Program, ...join: string[]): Promise<Program> {
  peer.kill('SIGKILL');
  await peer.exit;
  const again = mesh.start('ana', '--json', '--port', '0', ...alone(mesh, ...join));
  await again.event('ready');
  expect(await again.ask({ type: 'status' })).toMatchObject({ type: 'status' });
  return again;
}

function textsOf(peer: Program): unknown[] {
  return peer.events('message').map(({ text }) => text);
}

describe.skipIf(!hasLimits)('a disk that is full (needs prlimit, so Linux)', () => {
  it('is told of once, refuses what is said, and goes on when there is room', async () => {
    const mesh = openMesh();
    const ana = mesh.start('ana', '--json', '--port', '0', ...alone(mesh));
    const address = await ana.address();
    const bob = mesh.start('bob', '--json', '--port', '0', ...alone(mesh, address));
    for (const peer of [ana, bob]) await peer.event('sync', ({ inSync }) => inSync === true);
    expect(limitFiles(ana, FILE_BYTES)).toBe(true);
    const { kept } = await sayUntilRefused(ana);
    expect(kept.length).toBeGreaterThan(5);
    const told = await ana.event('warning');
    expect(told['message']).toMatch(/^cannot write to .*EFBIG.*; nothing is acknowledged$/);
    for (const text of ['once more', 'and again']) {
      expect(await ana.ask({ type: 'say', text })).toMatchObject({ code: 'disk-failed' });
    }
    await bob.ask({ type: 'say', text: 'are you there?' });
    await ana.event('message', ({ text }) => text === 'are you there?');
    expect(warningsOf(ana)).toEqual(['disk-failed']);

    limitFiles(ana, 'unlimited');
    await ana.event('warning', ({ code }) => code === 'disk-recovered');
    expect(await ana.ask({ type: 'say', text: 'I am' })).toMatchObject({ type: 'ok' });
    await bob.event('message', ({ text }) => text === 'I am');
    const again = await restarted(mesh, ana, await bob.address());
    await again.event('sync', ({ inSync }) => inSync === true);
    const texts = textsOf(again);
    expect(texts).toEqual(expect.arrayContaining([...kept, 'are you there?', 'I am']));
    expect(new Set(texts).size).toBe(texts.length);
    expect(texts).not.toContain('once more');
    expect(textsOf(bob)).not.toContain('once more');
    expect(warningsOf(again)).toEqual([]);
  });

  it('leaves nothing damaged behind when the process is killed meanwhile', async () => {
    const mesh = openMesh();
    const ana = mesh.start('ana', '--json', '--port', '0', ...alone(mesh));
    await ana.event('ready');
    limitFiles(ana, FILE_BYTES);
    const { kept, refused } = await sayUntilRefused(ana);
    const again = await restarted(mesh, ana);
    expect(textsOf(again)).toEqual(kept);
    expect(textsOf(again)).not.toEqual(expect.arrayContaining(refused));
    expect(warningsOf(again)).toEqual([]);
    expect(await again.ask({ type: 'say', text: 'hello again' })).toMatchObject({ type: 'ok' });
  });
});
