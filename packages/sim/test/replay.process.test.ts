import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

const program = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const folder = mkdtempSync(path.join(tmpdir(), 'hearsay-sim-test-'));
const small = path.join(folder, 'small.json');
const impossible = path.join(folder, 'impossible.json');
const wrong = path.join(folder, 'wrong.json');

writeFileSync(small, JSON.stringify({ name: 'small', peers: 3, seconds: 5 }));
writeFileSync(wrong, JSON.stringify({ name: 'wrong', peers: 3, seconds: 5, pears: 4 }));
writeFileSync(
  impossible,
  JSON.stringify({
    name: 'impossible',
    peers: 4,
    seconds: 10,
    churn: { everySeconds: 2 },
    faults: [
      { kind: 'freeze', peers: 1, atSeconds: 1, forSeconds: 2 },
      { kind: 'kill', peers: 1, atSeconds: 9 },
    ],
    convergeWithinSeconds: 0,
  }),
);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the program', () => {
  it('prints the same hashes in another process, time zone and language', () => {
    const swarm = ['run', 'swarm', '--seeds', '11..13', '--hash'];
    const here = run(swarm, { TZ: 'UTC', LC_ALL: 'C' });
    const there = run(swarm, { TZ: 'Asia/Kathmandu', LC_ALL: 'tr_TR.UTF-8' });
    expect(here.trim().split('\n')).toHaveLength(3);
    expect(there).toBe(here);
  });

  it('prints a table of what a scenario measured', () => {
    const out = run(['run', 'kill', '--nodes', '5']);
    expect(out).toMatch(/known dead by all +\d+\.?\d* ms/);
    expect(out).toMatch(/hash [0-9a-f]{16}/);
  });

  it('runs a file, and draws it', () => {
    const plot = path.join(folder, 'plots', 'small.svg');
    expect(run(['run', small, '--svg', plot])).toMatch(/messages +\d+/);
    expect(readFileSync(plot, 'utf8')).toMatch(/^<svg [\s\S]+<\/svg>\n$/);
  });

  it('fails with the seed, a line that repeats it, and a smaller case that does too', () => {
    const { status, stderr } = fail(['run', impossible]);
    expect(status).toBe(1);
    expect(stderr).toContain('expected-in-time');
    expect(stderr).toContain(`replay: npm run sim -- run ${impossible} --seed 1 --nodes 4`);
    const [, file = ''] = /smaller: npm run sim -- run (\S+) --seed 1/.exec(stderr) ?? [];
    const smaller = JSON.parse(readFileSync(file, 'utf8'));
    rmSync(path.dirname(file), { recursive: true, force: true });
    expect(smaller.faults.length + (smaller.churn === undefined ? 0 : 1)).toBeLessThan(3);
    expect(smaller.peers).toBeLessThan(4);
  });

  it('sweeps over seeds and says what it saw', () => {
    const out = run(['sweep', '--seeds', '1..3', '--hours', '0.1', '--coverage']);
    expect(out).toContain('3 seeds held, 0 failed');
    expect(out).toMatch(/^counter:messagesDelivered +\d+$/m);
  });

  it('sweeps the same with one thread and with three', () => {
    const sweep = ['sweep', '--seeds', '4..10', '--hours', '0.2', '--hash', '--jobs'];
    const alone = run([...sweep, '1']);
    expect(alone.trim().split('\n')).toHaveLength(7);
    expect(run([...sweep, '3'])).toBe(alone);
  });

  it('names every scenario', () => {
    expect(run(['list'])).toMatch(/^swarm[\s\S]+^lossy-churn/m);
  });

  it('shows examples when asked for help', () => {
    expect(run(['--help'])).toContain('npm run sim -- run kill --nodes 40');
  });

  it.each([
    [['run', 'nonsense'], 'no scenario and no file is called nonsense'],
    [['run'], 'run takes a scenario'],
    [['run', wrong], 'wrong.json: "pears" is unknown'],
    [['run', 'kill', '--nodes', '1'], '--nodes takes 2 to 1000'],
    [['run', 'talk', '--hours', 'none'], '--hours none is no time'],
    [['run', 'kill', '--seeds', '3'], '--seeds takes A..B such as 1..100, not 3'],
    [['run', 'kill', '--seed', '3', '--seeds', '1..2'], 'exclude each other'],
    [['run', 'swarm', '--without', 'sleep'], 'not sleep'],
    [['run', 'kill', '--compare', 'no-such-revision'], '--compare no-such-revision'],
    [['experiment'], 'experiment takes a name: all, lifeguard'],
    [['experiment', 'cold-fusion'], 'no experiment is called cold-fusion'],
    [['frobnicate'], 'no command is called frobnicate'],
    [['sweep', '--frobnicate'], '--frobnicate'],
    [['sweep', '--jobs', '0'], '--jobs takes 1 to 256'],
  ])('answers %j with one line and exit code 2', (args, words) => {
    const { status, stderr } = fail(args);
    expect(status).toBe(2);
    expect(stderr).toContain(words);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });
});

function run(args: readonly string[], env: Record<string, string> = {}): string {
  return execFileSync(process.execPath, [program, ...args], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
}

function fail(args: readonly string[]): { status: number | null; stderr: string } {
  return spawnSync(process.execPath, [program, ...args], { encoding: 'utf8' });
}
