// Programs in terminals that nobody sees, by tmux with a server of its own.
import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 100;

/** Terminals of one size. */
export class Terminals {
  #socket = `hearsay-screens-${process.pid}`;
  #size;

  /** @param {{ columns: number, rows: number }} size */
  constructor(size) {
    this.#size = size;
  }

  /**
   * @param {string} name
   * @param {readonly string[]} command
   * @param {Readonly<Record<string, string>>} environment
   */
  open(name, command, environment) {
    const variables = Object.entries(environment).flatMap(([key, value]) => [
      '-e',
      `${key}=${value}`,
    ]);
    const { columns, rows } = this.#size;
    this.#tmux(
      ...['new-session', '-d', '-s', name, '-x', String(columns), '-y', String(rows)],
      ...variables,
      ...command,
    );
    this.#tmux('set-option', '-g', 'status', 'off');
  }

  /**
   * @param {string} name
   * @param {string} text
   */
  say(name, text) {
    this.#tmux('send-keys', '-t', `${name}:`, '-l', text);
    this.#tmux('send-keys', '-t', `${name}:`, 'Enter');
  }

  /**
   * @param {string} name
   * @param {string} key as tmux names it
   */
  press(name, key) {
    this.#tmux('send-keys', '-t', `${name}:`, key);
  }

  /**
   * @param {string} name
   * @param {{ readonly colours?: boolean }} [options]
   */
  look(name, { colours = false } = {}) {
    return this.#tmux('capture-pane', '-p', ...(colours ? ['-e', '-N'] : []), '-t', `${name}:`);
  }

  /**
   * @param {string} name
   * @param {RegExp} pattern
   * @param {number} forMs
   */
  async until(name, pattern, forMs = 20_000) {
    const endMs = Date.now() + forMs;
    while (!pattern.test(this.look(name))) {
      if (Date.now() > endMs)
        throw new Error(`${name} never showed ${pattern}:\n${this.look(name)}`);
      await sleep(POLL_MS);
    }
  }

  close() {
    try {
      this.#tmux('kill-server');
    } catch {
      // There is none any more.
    }
  }

  /** @param {readonly string[]} args */
  #tmux(...args) {
    return execFileSync('tmux', ['-L', this.#socket, ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }
}
