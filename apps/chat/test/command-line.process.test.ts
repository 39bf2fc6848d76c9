import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { alone, openMesh } from './support/program.js';

/** What every mistake looks like: exit code 2, nothing on stdout, one line on stderr. */
async function mistake(...args: readonly string[]): Promise<string> {
  const program = openMesh().start(...args);
  const { code } = await program.exit;
  expect({ code, stdout: program.stdout }).toEqual({ code: 2, stdout: '' });
  expect(program.stderr).toMatch(/^hearsay: [^\n]+\n$/);
  return program.stderr;
}

describe('the program', () => {
  it('tells the version of its package', async () => {
    const { version } = JSON.parse(
      readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
    );
    const program = openMesh().start('--version');
    expect((await program.exit).code).toBe(0);
    expect(program.stdout.trim()).toBe(version);
  });

  it.each([[], ['send'], ['peers'], ['wait-sync']])(
    'helps with %j, examples included',
    async (...words) => {
      const program = openMesh().start(...words, '--help');
      expect((await program.exit).code).toBe(0);
      expect(program.stdout).toContain('Examples:');
      expect(program.stdout).toContain('Exit codes:');
      expect(program.stderr).toBe('');
    },
  );

  it.each([
    [['--port', '99999'], 'A port is a number from 0 to 65535'],
    [['--port', 'x'], 'A port is a number'],
    [['--colour'], "unknown option '--colour'"],
    [['--json', '--plain'], 'exclude each other'],
    [['mesh'], 'needs a terminal; --json prints one snapshot'],
    [['a\u001b[31mb'], 'not a nick: "a\\u001b[31mb"'],
    [['bob', 'nowhere'], 'write HOST:PORT'],
    [['ana', '--join', 'nowhere'], 'Write it as HOST:PORT'],
    [['ana', '--network', 'a b'], 'A network is'],
    [['ana', '--flush', 'soon'], 'Write it like 500ms'],
    [['ana', '--host', '203.0.113.77', '--port', '0', '--no-discover'], '203.0.113.77'],
    [['send', 'a/b', 'hi'], 'not a room'],
    [['send', 'lobby', ' '], 'nothing to send'],
    [['send', 'lobby'], "missing required argument 'text'"],
    [['send', 'lobby', 'hi', '--until', '0'], 'It is a number from 1 to'],
    [['cache', 'incr', 'hits', 'x'], "hearsay: 'x' is invalid for argument 'by'"],
    [['--network', 'x', 'send', 'lobby', 'hi'], 'put options after send'],
    [['peers', 'x'], 'too many arguments'],
  ])('refuses %j in one line', async (args, words) => {
    expect(await mistake(...args)).toContain(words);
  });

  it('refuses a busy port', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? String(address.port) : '';
    try {
      expect(await mistake('ana', '--port', port, '--no-discover')).toContain(
        `port ${port} is in use`,
      );
    } finally {
      server.close();
    }
  });

  it('refuses a profile that runs already, and offers another', async () => {
    const mesh = openMesh();
    const first = mesh.start('ana', '--json', '--port', '0', ...alone(mesh));
    await first.event('ready');
    const second = mesh.start('ana', '--json', '--port', '0', ...alone(mesh));
    expect((await second.exit).code).toBe(2);
    expect(second.stderr).toBe(
      `hearsay: ana is running already (process ${first.child.pid}); try: hearsay ana-2\n`,
    );
  });

  it('remembers the nick of the last start', async () => {
    const mesh = openMesh();
    const first = mesh.start('zoe', '--json', '--port', '0', ...alone(mesh));
    await first.event('ready');
    first.child.stdin.end();
    await first.exit;
    const second = mesh.start('--json', '--port', '0', ...alone(mesh));
    expect(await second.event('ready')).toMatchObject({ nick: 'zoe', gen: 2 });
  });
});
