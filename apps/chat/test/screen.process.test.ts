import { execFileSync, spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { alone, type Mesh, openMesh } from './support/program.js';

const MAIN = fileURLToPath(new URL('../dist/bundle/hearsay.js', import.meta.url));
const hasTmux = spawnSync('tmux', ['-V']).status === 0;
const PATIENCE = { timeout: 40_000, interval: 200 };

/** A program in a real terminal; tmux shows what a person would see. */
class Pane {
  readonly #socket: string;

  constructor(mesh: Mesh, args: readonly string[], size: { columns: number; rows: number }) {
    this.#socket = path.join(String(mesh.environment['XDG_RUNTIME_DIR']), `tmux-${Math.random()}`);
    const words = [process.execPath, MAIN, ...args].map((word) => `'${word}'`).join(' ');
    const environment = ['XDG_STATE_HOME', 'XDG_RUNTIME_DIR'].flatMap((name) => [
      '-e',
      `${name}=${String(mesh.environment[name])}`,
    ]);
    const window = ['-x', String(size.columns), '-y', String(size.rows)];
    // What follows shows that the terminal was given back.
    const command = `LANG=C.UTF-8 ${words}; echo ended $?; exec sleep 1000`;
    this.#tmux('-f', '/dev/null', 'new-session', '-d', ...window, ...environment, command);
    onTestFinished(() => {
      spawnSync('tmux', ['-S', this.#socket, 'kill-server']);
    });
  }

  keys(...keys: readonly string[]): void {
    this.#tmux('send-keys', ...keys);
  }

  resize(columns: number, rows: number): void {
    this.#tmux('resize-window', '-x', String(columns), '-y', String(rows));
  }

  shown(): string {
    return this.#tmux('capture-pane', '-p');
  }

  until(part: string | RegExp): Promise<string> {
    return vi.waitFor(() => {
      const shown = this.shown();
      if (typeof part === 'string') expect(shown).toContain(part);
      else expect(shown).toMatch(part);
      return shown;
    }, PATIENCE);
  }

  #tmux(...args: readonly string[]): string {
    return execFileSync('tmux', ['-u', '-S', this.#socket, ...args], { encoding: 'utf8' });
  }
}

describe.skipIf(!hasTmux)('in a real terminal (skipped where there is no tmux)', () => {
  it('two people talk, one is killed, and the other sees it', async () => {
    const mesh = openMesh();
    const bob = mesh.start('bob', '--json', '--port', '0', ...alone(mesh));
    const address = await bob.address();
    const args = ['ana', '--port', '0', ...alone(mesh, address)];
    const ana = new Pane(mesh, args, { columns: 100, rows: 30 });
    await ana.until('in sync with 1 of 1');
    ana.keys('-l', 'hello 長い 👋');
    ana.keys('Enter');
    expect(await bob.event('message')).toMatchObject({ text: 'hello 長い 👋' });
    await ana.until(/ana {2}hello 長い 👋 +✓ │/);
    await bob.ask({ type: 'say', text: 'hi ana' });
    await ana.until(/bob {2}hi ana/);
    for (const [columns, rows] of [
      [60, 20],
      [40, 10],
      [200, 60],
      [100, 30],
    ] as const) {
      ana.resize(columns, rows);
      await ana.until(/in sync with 1 of 1.*\n#lobby>/);
    }
    bob.kill('SIGKILL');
    await ana.until('bob dead:');
    ana.keys('M-m');
    await ana.until(/✗ {2}bob +dead/);
    ana.keys('Escape');
    await ana.until(/alone: 0 live peers.*\n#lobby>/);
    ana.keys('C-d');
    const after = await ana.until('ended 0');
    expect(after).toMatch(/left after .*\nended 0/);
    expect(after).not.toContain('#lobby>');
  });

  it('a crash on purpose gives the terminal back first', async () => {
    const mesh = openMesh();
    const ana = new Pane(mesh, ['ana', '--port', '0', ...alone(mesh)], { columns: 80, rows: 24 });
    await ana.until('alone: 0 live peers');
    ana.keys('-l', '/crash');
    ana.keys('Enter');
    const after = await ana.until('ended 137');
    expect(after).not.toContain('#lobby>');
  });
});
