import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const shipped = fileURLToPath(new URL('../stories', import.meta.url));
const names = readdirSync(shipped).map((file) => path.basename(file, '.json'));
const folder = mkdtempSync(path.join(tmpdir(), 'stories-test-'));
/** All stories, two at a time, take about a minute on a quiet machine. */
const PATIENCE_MS = 300_000;

interface Result {
  readonly ok: boolean;
  readonly failures: readonly string[];
  readonly proof: { readonly ok: boolean; readonly messages: number };
}

async function lab(...args: readonly string[]) {
  const child = spawn(process.execPath, [main, 'run', ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let errors = '';
  child.stderr.setEncoding('utf8');
  child.stderr.on('data', (chunk: string) => {
    errors += chunk;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, errors };
}

let code: number | null = null;
beforeAll(async () => {
  ({ code } = await lab('--all', '--json', '--out', folder));
}, PATIENCE_MS);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it.each(names)('plays the story %s to a good end', (name) => {
  const text = readFileSync(path.join(folder, name, 'result.json'), 'utf8');
  const { ok, failures, proof } = JSON.parse(text) as Result;
  expect({ ok, failures }).toEqual({ ok: true, failures: [] });
  expect(proof.messages).toBeGreaterThan(0);
  const plot = readFileSync(path.join(folder, name, 'plot.svg'), 'utf8');
  expect(plot).toMatch(/^<svg .*<\/svg>\n$/s);
});

it('says by its exit code that all went well', () => expect(code).toBe(0));

it('fails when what is expected does not come', async () => {
  const file = path.join(folder, 'hopeless.json');
  const steps = [
    { do: 'start', who: 'all' },
    { expect: 'sees', who: 'bob', as: 'dead', within: '1s' },
  ];
  writeFileSync(file, JSON.stringify({ about: 'nobody kills bob', peers: 2, steps }));
  expect((await lab(file, '--json', '--out', folder)).code).toBe(1);
  const text = readFileSync(path.join(folder, 'hopeless', 'result.json'), 'utf8');
  expect(JSON.parse(text)).toMatchObject({
    ok: false,
    failures: expect.arrayContaining(['bob dead everywhere: not within 1 s']) as unknown,
  });
});

it.each([
  [['no-such-story'], 'there is no story no-such-story'],
  [[], 'which story?'],
  [['--all', 'freeze'], 'name stories, or say --all'],
])('says what is wrong with %j', async (args, message) => {
  const { code: exit, errors } = await lab(...args);
  expect(exit).toBe(2);
  expect(errors).toContain(`hearsay-lab: ${message}`);
});
