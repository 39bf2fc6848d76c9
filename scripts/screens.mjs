// `npm run screens`: plays the story of the README with real peers in real terminals (tmux), and
// writes what they show to docs/images. Other peers of this machine should be gone meanwhile: they
// would be seen.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { repoPath } from './lib/repo.mjs';
import { terminalPicture } from './screens/terminal-picture.mjs';
import { Terminals } from './screens/tmux.mjs';

const SIZE = { columns: 100, rows: 30 };
const BREATH_MS = 900;

const folder = mkdtempSync(path.join(tmpdir(), 'hearsay-screens-'));
const environment = {
  XDG_STATE_HOME: path.join(folder, 'state'),
  XDG_CONFIG_HOME: path.join(folder, 'config'),
  XDG_RUNTIME_DIR: path.join(folder, 'run'),
  COLORTERM: 'truecolor',
  LC_ALL: 'C.UTF-8',
};
mkdirSync(environment.XDG_RUNTIME_DIR, { recursive: true, mode: 0o700 });
const terminals = new Terminals(SIZE);

/** @param {string} nick */
async function start(nick) {
  const chat = repoPath('apps/chat/dist/bundle/hearsay.js');
  terminals.open(nick, [process.execPath, chat, nick], environment);
  await terminals.until(nick, /#lobby>/);
}

/**
 * @param {string} name
 * @param {string} text
 */
async function say(name, text) {
  terminals.say(name, text);
  await sleep(BREATH_MS);
}

/**
 * @param {string} terminal
 * @param {string} file
 * @param {string} title
 */
function keep(terminal, file, title) {
  const captured = terminals.look(terminal, { colours: true });
  const target = repoPath('docs/images', file);
  writeFileSync(target, terminalPicture(captured, { columns: SIZE.columns, title }));
  process.stdout.write(`${path.relative(repoPath('.'), target)}\n`);
}

/** The process of a member, as the mesh view of another tells it. @param {string} nick */
function processOf(nick) {
  const row = terminals
    .look('ana')
    .match(new RegExp(`\\b${nick}\\b.*?127\\.0\\.0\\.1:\\d+\\s+(\\d+)`));
  if (row === null) throw new Error(`no process of ${nick} on the mesh view`);
  return Number(row[1]);
}

async function playChat() {
  for (const nick of ['ana', 'bob', 'cy', 'dia']) await start(nick);
  await terminals.until('ana', /3 of 3/);
  await say('bob', 'morning');
  await say('ana', 'hi bob. I am about to kill cy on purpose');
  await say('cy', 'brb');
  await say('dia', '長い行も幅を数えて折り返します 👋');
  await say('dia', '@ana which one goes first?');
  terminals.press('ana', 'F2');
  await terminals.until('ana', /CONVERGENCE/);
  await sleep(BREATH_MS);
  process.kill(processOf('cy'), 'SIGKILL');
  await terminals.until('ana', /cy\s+dead/);
  await sleep(BREATH_MS);
  keep('ana', 'mesh.svg', 'The mesh view: cy was killed and everybody agrees');
  terminals.press('ana', 'Escape');
  await terminals.until('ana', /#lobby>/);
  await say('bob', 'cy is gone, we go on');
  await say('ana', 'yes, and we agree: see the line below');
  await sleep(BREATH_MS);
  keep('ana', 'chat.svg', 'The chat: cy was killed, the others go on');
}

async function playLab() {
  const lab = repoPath('apps/lab/dist/main.js');
  terminals.open('lab', [process.execPath, lab], environment);
  await terminals.until('lab', /5 run/, 60_000);
  terminals.press('lab', 'b');
  await sleep(3 * BREATH_MS);
  terminals.press('lab', 'Down');
  terminals.press('lab', 'k');
  await terminals.until('lab', /✗ dead/, 60_000);
  terminals.press('lab', 'Up');
  terminals.press('lab', 'b');
  await sleep(4 * BREATH_MS);
  keep('lab', 'lab.svg', 'The lab: five real peers on one screen');
  terminals.press('lab', 'q');
  await sleep(2 * BREATH_MS);
}

mkdirSync(repoPath('docs/images'), { recursive: true });
try {
  await playChat();
  for (const nick of ['ana', 'bob', 'dia']) terminals.say(nick, '/quit');
  await sleep(2 * BREATH_MS);
  await playLab();
} finally {
  terminals.close();
  rmSync(folder, { recursive: true, force: true });
}
