import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const run = promisify(execFile);

it('the demo kills copies and loses no call', { timeout: 180_000 }, async () => {
  const args = [MAIN, 'demo', '--json', '--rate', '50', '--kills', '2', '--pause', '100'];
  const { stdout } = await run(process.execPath, args);
  const result = JSON.parse(stdout);
  expect(result).toMatchObject({ failed: 0, failures: [] });
  expect(result.made).toBeGreaterThan(100);
  expect(Object.keys(result.shares)).toHaveLength(8);
});

it('a wrong option is exit code 2', async () => {
  await expect(run(process.execPath, [MAIN, 'demo', '--copies', '0'])).rejects.toMatchObject({
    code: 2,
  });
});
