// @ts-check
// Watches the peer that served this page. It only ever listens.
import { drawClocks, drawCurve, drawMembers, drawTopology } from './draw.js';
import { ageWords, agreementWords, countWords, furthestBehind } from './words.js';

/** @typedef {import('./words.js').Snapshot} Snapshot */

const WINDOW_MS = 60_000;
const REDIAL_MS = 1_000;
/** Ages on the page move on between snapshots. */
const REDRAW_MS = 500;

/** @type {Snapshot | undefined} */
let latest;
let latestAtMs = 0;
let connected = false;
/** @type {{ atMs: number, behind: number }[]} */
let samples = [];

/** @param {string} id */
function part(id) {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`the page has no ${id}`);
  return element;
}

/**
 * @param {string} id
 * @param {string} text
 * @param {string} [kind]
 */
function say(id, text, kind) {
  const element = part(id);
  // A screen reader is told of changes only.
  if (element.textContent !== text) element.textContent = text;
  element.className = kind ?? '';
}

function draw() {
  const nowMs = performance.now();
  document.body.classList.toggle('gone', !connected);
  if (latest === undefined) {
    say('link', connected ? 'connected' : 'no answer from this peer', connected ? 'soft' : 'alarm');
    return;
  }
  const sinceMs = nowMs - latestAtMs;
  if (connected) say('link', '● live', 'good');
  else
    say('link', `✗ this peer does not answer; what is below is ${ageWords(sinceMs)} old`, 'alarm');
  document.title = `${latest.nick} · Hearsay`;
  say('who', `${latest.nick} · ${countWords(latest)}`);
  say('sync', ...agreementWords(latest));
  drawTopology(part('topology'), latest);
  drawMembers(part('members'), latest, sinceMs);
  drawClocks(part('clocks'), latest);
  samples = samples.filter(({ atMs }, index) => {
    const next = samples[index + 1];
    return next === undefined || nowMs - next.atMs < WINDOW_MS || nowMs - atMs < WINDOW_MS;
  });
  // Nothing is drawn for a time in which nothing was known.
  drawCurve(part('curve'), samples, connected ? nowMs : latestAtMs);
}

function watch() {
  const socket = new WebSocket(new URL('watch', location.href.replace(/^http/, 'ws')));
  socket.onopen = () => {
    connected = true;
  };
  socket.onmessage = ({ data }) => {
    // It comes from the peer that served this very code.
    latest = /** @type {Snapshot} */ (JSON.parse(data));
    latestAtMs = performance.now();
    samples.push({ atMs: latestAtMs, behind: furthestBehind(latest) });
    draw();
  };
  socket.onclose = () => {
    connected = false;
    draw();
    setTimeout(watch, REDIAL_MS);
  };
}

watch();
setInterval(draw, REDRAW_MS);
