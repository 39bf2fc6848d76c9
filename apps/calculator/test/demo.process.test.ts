import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const run = promisify(execFile);

it('the demo kills copies and loses no call', { timeout: 180_000 }, async () => {
  const args = [MAIN, 'demo', '--json', '--rate', '30', '--kills', '2', '--pause', '300'];
  const { stdout } = await run(process.execPath, args);
  const result = JSON.parse(stdout);
  expect(result).toMatchObject({ failed: 0, failures: [] });
  expect(result.made).toBeGreaterThan(20);
  const served = Object.values<number>(result.shares).reduce((sum, count) => sum + count, 0);
  expect(served).toBe(result.made);
  // Chance may pass over a copy, and never over a service.
  const services = new Set(Object.keys(result.shares).map((nick) => nick.replace(/-\d$/, '')));
  expect(services.size).toBe(4);
});

it('a wrong option is exit code 2', async () => {
  await expect(run(process.execPath, [MAIN, 'demo', '--copies', '0'])).rejects.toMatchObject({
    code: 2,
  });
});
