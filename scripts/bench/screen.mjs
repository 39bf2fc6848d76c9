// What the whole screen costs: `npm run bench:screen [-- start paste flood history]`. Real programs; their pipes pretend to be terminals.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';
import { repoPath } from '../lib/repo.mjs';

const MAIN = repoPath('apps', 'chat', 'dist', 'bundle', 'hearsay.js');
const PRETEND = repoPath('scripts', 'bench', 'lib', 'pretend-terminal.mjs');
const TICKS_PER_SECOND = 100; // USER_HZ of Linux.
const STARTS = 5;
const HISTORY = 100_000;
const FLOOD_SECONDS = 8;
const FLOOD_RATE = 1_000;
const KEY_EVERY_MS = 80;
/** Nine probes, one in 0.8 s, and a little more. */
const SETTLED_MS = 9_000;
/** Letters that nothing else on the screen has. */
const KEYS = 'ÀÁÂÃÈÉÊËÌÍÎÏÒ';
const FRAME = '\u001b[?2026h';

const folder = mkdtempSync(path.join(tmpdir(), 'hearsay-bench-'));
const environment = {
  ...process.env,
  XDG_STATE_HOME: path.join(folder, 'state'),
  XDG_RUNTIME_DIR: folder,
  XDG_CONFIG_HOME: folder,
  LANG: 'C.UTF-8',
};

/** One program; what it wrote is kept. */
class Program {
  output = '';
  /** @type {{ text: string, from: number, found: (atMs: number) => void } | undefined} */
  awaited;

  /** @param {readonly string[]} args @param {boolean} onScreen */
  constructor(args, onScreen) {
    this.startedMs = performance.now();
    const common = ['--no-discover', '--network', 'bench'];
    const preload = onScreen ? ['--import', PRETEND] : [];
    this.child = spawn(process.execPath, [...preload, MAIN, ...args, ...common], {
      env: environment,
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    this.child.stdin.on('error', () => undefined);
    this.child.stdout.on('data', (chunk) => {
      this.output += chunk.toString();
      const { awaited } = this;
      if (awaited === undefined || !this.output.includes(awaited.text, awaited.from)) return;
      this.awaited = undefined;
      awaited.found(performance.now());
    });
  }

  /** @param {string} text @param {number} [from] */
  async until(text, from = 0) {
    const deadlineMs = performance.now() + 60_000;
    while (!this.output.includes(text, from)) {
      if (performance.now() > deadlineMs) throw new Error(`no ${JSON.stringify(text)} in time`);
      await pause(1);
    }
    return performance.now();
  }

  /** When `text` is written after `from`, told as it arrives. @param {string} text @param {number} from @returns {Promise<number>} */
  arrival(text, from) {
    return new Promise((found) => {
      this.awaited = { text, from, found };
    });
  }

  /** Milliseconds of processor time so far, of user and system. */
  get cpuMs() {
    const stat = readFileSync(`/proc/${this.child.pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return ((Number(fields[11]) + Number(fields[12])) * 1_000) / TICKS_PER_SECOND;
  }

  get residentMb() {
    const status = readFileSync(`/proc/${this.child.pid}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1_024;
  }

  get frames() {
    return this.output.split(FRAME).length - 1;
  }

  async end() {
    this.child.kill('SIGTERM');
    await new Promise((resolve) => this.child.once('close', resolve));
  }

  /** @param {unknown} request */
  ask(request) {
    this.child.stdin.write(`${JSON.stringify(request)}\n`);
  }

  /** Where others dial it; of a program that speaks JSON. */
  async address() {
    await this.until('"type":"ready"');
    return String(/"url":"ws:\/\/([^"]+)"/.exec(this.output)?.[1]);
  }
}

/** @param {readonly number[]} values @param {number} part */
function quantile(values, part) {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

/** @param {string} what @param {string} measured @param {string} goal */
function row(what, measured, goal) {
  console.log(`${what.padEnd(52)} ${measured.padStart(26)}   ${goal}`);
}

/** @param {string} nick @param {string} seen */
async function starts(nick, seen) {
  const all = [];
  for (let count = 0; count < STARTS; count += 1) {
    const program = new Program([nick, '--port', '0'], true);
    const paintedMs = await program.until(seen);
    all.push({
      cpuMs: program.cpuMs,
      wallMs: paintedMs - program.startedMs,
      residentMb: program.residentMb,
    });
    await program.end();
  }
  return {
    cpuMs: quantile(
      all.map(({ cpuMs }) => cpuMs),
      0.5,
    ),
    wallMs: quantile(
      all.map(({ wallMs }) => wallMs),
      0.5,
    ),
    residentMb: quantile(
      all.map(({ residentMb }) => residentMb),
      0.5,
    ),
  };
}

/**
 * What a piece of output puts on the screen, without where and in what colour.
 * @param {string} output
 */
function wordsOf(output) {
  return stripVTControlCharacters(output).replace(/\s+/g, ' ').trim();
}

/** What node itself takes here and now: compare the rest with it. */
async function bareNodeMs() {
  const all = [];
  for (let count = 0; count < STARTS; count += 1) {
    const code =
      'process.stdout.write(String(process.cpuUsage().user + process.cpuUsage().system))';
    const child = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'ignore'] });
    let text = '';
    child.stdout.on('data', (chunk) => {
      text += chunk.toString();
    });
    await new Promise((resolve) => child.once('close', resolve));
    all.push(Number(text) / 1_000);
  }
  return quantile(all, 0.5).toFixed(0);
}

async function flood() {
  const sender = new Program(['sender', '--json', '--port', '0'], false);
  const address = await sender.address();
  const screen = new Program(['ana', '--port', '0', '--join', address], true);
  const plain = new Program(['cy', '--json', '--port', '0', '--join', address], false);
  await screen.until('in sync with');
  await plain.until('"inSync":true');
  await pause(500);
  const before = { screen: screen.cpuMs, plain: plain.cpuMs, frames: screen.frames };
  const startedMs = performance.now();
  /** @type {number[]} */
  const echoes = [];
  let said = 0;
  const speaking = setInterval(() => {
    const due = Math.floor(((performance.now() - startedMs) * FLOOD_RATE) / 1_000);
    while (said < due) sender.ask({ type: 'say', text: `message number ${said++} of a flood` });
  }, 5);
  let draft = '';
  while (performance.now() < startedMs + FLOOD_SECONDS * 1_000) {
    await pause(KEY_EVERY_MS);
    if (draft.length > 40) {
      screen.child.stdin.write('\u0015');
      draft = '';
      await pause(KEY_EVERY_MS);
    }
    const key = KEYS[draft.length % KEYS.length] ?? '';
    draft += key;
    const arrived = screen.arrival(draft, screen.output.length);
    const typedMs = performance.now();
    screen.child.stdin.write(key);
    echoes.push((await arrived) - typedMs);
  }
  clearInterval(speaking);
  const seconds = (performance.now() - startedMs) / 1_000;
  const share = (/** @type {number} */ ms) => `${(ms / seconds / 10).toFixed(0)} % of a core`;
  const screenMs = screen.cpuMs - before.screen;
  const plainMs = plain.cpuMs - before.plain;
  row(`${Math.round(said / seconds)} messages/s: a peer with the screen`, share(screenMs), '');
  row('  the same peer in JSON mode', share(plainMs), '');
  row('  so the screen takes', share(screenMs - plainMs), 'under 15 % of a core');
  row(
    '  key echo, median and 99th percentile',
    `${quantile(echoes, 0.5).toFixed(0)} and ${quantile(echoes, 0.99).toFixed(0)} ms of ${echoes.length}`,
    'p99 under 30 ms',
  );
  row('  frames a second', ((screen.frames - before.frames) / seconds).toFixed(0), 'at most 30');
  await screen.until(`number ${said - 1} of`);
  // The round trip that is shown is the middle of the last nine: those of the flood are to be gone from it.
  await pause(SETTLED_MS);
  const idle = { frames: screen.frames, length: screen.output.length };
  await pause(3_000);
  row(
    '  then 3 s of rest: frames',
    String(screen.frames - idle.frames),
    'none when nothing changes',
  );
  const painted = wordsOf(screen.output.slice(idle.length));
  if (painted !== '') row('    what they painted', painted, '');
  await Promise.all([screen, plain, sender].map((program) => program.end()));
}

async function paste() {
  const reader = new Program(['reader', '--json', '--port', '0'], false);
  const screen = new Program(['ana', '--port', '0', '--join', await reader.address()], true);
  await screen.until('in sync');
  const lines = Array.from({ length: 100 }, (_none, index) => `pasted ${index}`);
  screen.child.stdin.write(`\u001b[200~${lines.join('\r')}\u001b[201~\r`);
  await reader.until('pasted 99');
  await pause(300);
  const messages = reader.output.split('\n').filter((line) => line.includes('"pasted '));
  const whole = messages.length === 1 && messages[0]?.includes('pasted 0\\npasted 1\\n') === true;
  row('a paste of 100 lines', whole ? '1 message' : `${messages.length} messages`, '1 message');
  await Promise.all([screen, reader].map((program) => program.end()));
}

async function history() {
  const writer = new Program(['old', '--json', '--port', '0'], false);
  await writer.address();
  for (let count = 0; count < HISTORY; count += 1) {
    writer.ask({ type: 'say', text: `kept message ${count}`, ref: count });
    if (count % 1_000 === 999) await writer.until(`"ref":${count},`);
    if (count % 1_000 === 999) writer.output = '';
  }
  await writer.end();
  const empty = await starts('fresh', 'waiting to be dialled');
  const full = await starts('old', `kept message ${HISTORY - 1}`);
  row(
    `start with ${HISTORY} messages kept, to them on the screen`,
    `${full.cpuMs.toFixed(0)} ms CPU, ${full.wallMs.toFixed(0)} ms`,
    '',
  );
  row(
    '  more than an empty one, wall',
    `${(full.wallMs - empty.wallMs).toFixed(0)} ms`,
    'under 500 ms',
  );
}

const parts = process.argv.slice(2);
const wanted = (/** @type {string} */ part) => parts.length === 0 || parts.includes(part);

try {
  if (process.platform !== 'linux') throw new Error('this bench reads /proc');
  console.log(`node ${process.version}, median of ${STARTS} starts\n`);
  if (wanted('start')) {
    row('a bare node that prints a line: CPU', `${await bareNodeMs()} ms`, '');
    await starts('ana', 'waiting to be dialled');
    const first = await starts('ana', 'waiting to be dialled');
    row('start to first paint, whole peer: CPU', `${first.cpuMs.toFixed(0)} ms`, 'under 250 ms');
    row('  wall', `${first.wallMs.toFixed(0)} ms`, '');
    row('  resident', `${first.residentMb.toFixed(0)} MB`, 'under 75 MB');
  }
  if (wanted('paste')) await paste();
  if (wanted('flood')) await flood();
  if (wanted('history')) await history();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
