import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import * as limits from '../../src/http/limits.js';
import { servedAlone } from '../support/http.js';

const run = promisify(execFile);

function documentOf(name: string): string {
  return readFileSync(new URL(`../../../../docs/${name}`, import.meta.url), 'utf8');
}

async function isInstalled(program: string): Promise<boolean> {
  return await run(program, ['--version']).then(
    () => true,
    () => false,
  );
}

describe('docs/cache.md', () => {
  it('shows what curl prints', async ({ skip }) => {
    if (!(await isInstalled('curl'))) skip('curl is not installed');
    const [, block = ''] = /```text\n(\$ curl[\s\S]*?)```/.exec(documentOf('cache.md')) ?? [];
    const { url } = await servedAlone();
    const examples = block.split(/^\$ /m).slice(1);
    expect(examples.length).toBeGreaterThan(10);
    for (const example of examples) {
      const [command = '', ...lines] = example.split('\n');
      const env = { ...process.env, PEER: url };
      const { stdout } = await run('bash', ['-c', command], { env });
      expect([command, stdout.trimEnd()]).toEqual([command, lines.join('\n').trimEnd()]);
    }
  });
});

it('docs/limits.md names every limit of the cache over HTTP with its value, and no other', () => {
  const [, part = ''] = documentOf('limits.md').split('`packages/cache/src/http/limits.ts`');
  const [section = ''] = part.split('\n## ');
  const rows = [...section.matchAll(/^\| `(\w+)`\s*\| ([\d,]+)/gm)];
  const written = rows.map(([, name, value = '']) => [name, Number(value.replaceAll(',', ''))]);
  expect(Object.fromEntries(written)).toEqual({ ...limits });
});
