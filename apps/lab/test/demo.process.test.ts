import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));

interface Step {
  readonly type: 'step';
  readonly kind: string;
  readonly text: string;
}

interface Result {
  readonly type: 'result';
  readonly ok: boolean;
  readonly reason?: string;
  readonly proof: { readonly peers: number; readonly messages: number };
}

function startDemo(environment: Record<string, string> = {}) {
  const child = spawn(process.execPath, [main, 'demo', '--json', '--rounds', '1'], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: (Step | Result)[] = [];
  let rest = '';
  child.stdout.setEncoding('utf8');
  child.stdout.on('data', (chunk: string) => {
    const parts = (rest + chunk).split('\n');
    rest = parts.pop() ?? '';
    lines.push(...parts.map((line) => JSON.parse(line) as Step | Result));
  });
  return { child, lines };
}

async function exitOf(child: ChildProcess): Promise<number | null> {
  const [code] = (await once(child, 'close')) as [number | null];
  return code;
}

it('proves that peers agree after two were killed and one came back', async () => {
  const { child, lines } = startDemo();
  const code = await exitOf(child);
  const result = lines.at(-1);
  expect(result).toMatchObject({
    type: 'result',
    ok: true,
    // Five, then three, then four say something once each.
    proof: { peers: 4, messages: 12, problems: [] },
  });
  expect(code).toBe(0);
});

it('takes its peers and its folder with it when it is interrupted', async () => {
  const { child, lines } = startDemo();
  await expect
    .poll(() => lines.filter((line) => line.type === 'step' && line.kind === 'ready').length, {
      timeout: 30_000,
    })
    .toBe(5);
  const peers = lines.flatMap((line) =>
    line.type === 'step' && line.kind === 'ready' ? [processIdIn(line.text)] : [],
  );
  const exit = exitOf(child);
  child.kill('SIGINT');
  expect(await exit).toBe(130);
  expect(peers.filter(isRunning)).toEqual([]);
  const left = readdirSync(tmpdir()).filter((name) => name.startsWith(`hearsay-lab-${child.pid}-`));
  expect(left).toEqual([]);
});

function processIdIn(text: string): number {
  return Number(/process (\d+)/.exec(text)?.[1]);
}

function isRunning(processId: number): boolean {
  try {
    return process.kill(processId, 0);
  } catch {
    return false;
  }
}
