import { execFileSync, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const program = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const swarm = ['--scenario', 'swarm', '--seed', '11', '--seeds', '3', '--hash'];

describe('the program', () => {
  it('prints the same hashes in another process, time zone and language', () => {
    const here = run(swarm, { TZ: 'UTC', LC_ALL: 'C' });
    const there = run(swarm, { TZ: 'Asia/Kathmandu', LC_ALL: 'tr_TR.UTF-8' });
    expect(here.trim().split('\n')).toHaveLength(3);
    expect(there).toBe(here);
  });

  it('prints a table of what a scenario measured', () => {
    const out = run(['--scenario', 'kill', '--nodes', '5'], {});
    expect(out).toMatch(/known dead by all +\d+ ms/);
    expect(out).toMatch(/hash [0-9a-f]{16}/);
  });

  it('shows examples when asked for help', () => {
    expect(run(['--help'], {})).toContain('npm run sim -- --scenario kill --nodes 40');
  });

  it.each([
    [['--scenario', 'nonsense'], 'no scenario is called nonsense'],
    [['--nodes', '1'], '--nodes takes 2 to 1000'],
    [['--hours', 'none'], '--hours none is no time'],
    [['--seeds', '0'], '--seeds 0 is no count'],
    [['--frobnicate'], '--frobnicate'],
  ])('answers %j with one line and exit code 2', (args, words) => {
    const { status, stderr } = spawnSync(process.execPath, [program, ...args], {
      encoding: 'utf8',
    });
    expect(status).toBe(2);
    expect(stderr).toContain(words);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });
});

function run(args: readonly string[], env: Record<string, string>): string {
  return execFileSync(process.execPath, [program, ...args], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
}
