import { spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const program = fileURLToPath(new URL('../dist/main.js', import.meta.url));

describe('the program', () => {
  it('is a node on standard input and output, and ends with its input', async () => {
    const child = spawn(process.execPath, [program, 'unique-ids', '--profile', 'thrifty']);
    const closed = new Promise<number | null>((resolve) => child.on('close', resolve));
    const said = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const ask = async (body: object): Promise<unknown> => {
      child.stdin.write(`${JSON.stringify({ src: 'c1', dest: 'n1', body })}\n`);
      const { value } = await said.next();
      return JSON.parse(value).body;
    };
    try {
      const init = { type: 'init', msg_id: 1, node_id: 'n1', node_ids: ['n1'] };
      expect(await ask(init)).toEqual({ type: 'init_ok', in_reply_to: 1 });
      child.stdin.write('this is no message\n\n');
      const ids = [
        await ask({ type: 'generate', msg_id: 2 }),
        await ask({ type: 'generate', msg_id: 3 }),
      ];
      expect(new Set(ids.map((id) => JSON.stringify(id))).size).toBe(2);
      child.stdin.end();
      expect(await closed).toBe(0);
    } finally {
      child.kill();
    }
  });

  it.each([
    [['nonsense'], 'nonsense'],
    [['broadcast', '--profile', 'slow'], 'slow'],
    [['measure', '--nodes', '1'], 'a whole number from 2 to 1000'],
  ])('refuses %j', (args, words) => {
    const { status, stderr } = spawnSync(process.execPath, [program, ...args], {
      encoding: 'utf8',
    });
    expect(status).toBe(1);
    expect(stderr).toContain(words);
  });
});
