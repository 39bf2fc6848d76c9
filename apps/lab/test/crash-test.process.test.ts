import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));

it.each([
  ['process', 12],
  ['always', 3],
])(
  'keeps what it acknowledged under durability %s when it is killed, %i times',
  (level, rounds) => {
    const args = [main, 'crash-test', '--json', '--durability', level, '--rounds', String(rounds)];
    const { stdout, status } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    const result: unknown = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
    expect(result).toMatchObject({ ok: true, rounds, lost: 0, duplicated: 0, reused: 0 });
    expect(status).toBe(0);
  },
);
