import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));

type Fields = Readonly<Record<string, unknown>>;

function startLab(...args: readonly string[]) {
  const child = spawn(process.execPath, [main, ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
  const lines: Fields[] = [];
  let rest = '';
  let errors = '';
  child.stdout.setEncoding('utf8');
  child.stdout.on('data', (chunk: string) => {
    const parts = (rest + chunk).split('\n');
    rest = parts.pop() ?? '';
    lines.push(...parts.map((line) => JSON.parse(line) as Fields));
  });
  child.stderr.setEncoding('utf8');
  child.stderr.on('data', (chunk: string) => {
    errors += chunk;
  });
  const told = (wanted: Fields) =>
    expect
      .poll(() => lines, { timeout: 30_000 })
      .toContainEqual(expect.objectContaining(wanted) as unknown);
  return {
    told,
    exit: once(child, 'close'),
    errors: () => errors,
    tell: (line: string) => child.stdin.write(`${line}\n`),
    end: () => child.stdin.end(),
  };
}

it('does what lines say, tells what the peers see, and takes them along when it ends', async () => {
  const lab = startLab('--json', '--peers', '2');
  const seen = { type: 'sighting', observer: 'ana', subject: 'bob' };
  await lab.told({ ...seen, state: 'alive' });
  lab.tell('{"do":"kill","who":"zoe"}');
  await lab.told({ type: 'error' });
  lab.tell('{"do":"kill","who":"bob"}');
  await lab.told({ type: 'condition', nick: 'bob', condition: 'killed' });
  await lab.told({ ...seen, state: 'dead' });
  lab.end();
  expect(await lab.exit).toEqual([0, null]);
});

it('says that it needs a terminal where there is none', async () => {
  const lab = startLab();
  expect(await lab.exit).toEqual([2, null]);
  expect(lab.errors()).toMatch(/^hearsay-lab: the lab needs a terminal; --json is for scripts/);
});
