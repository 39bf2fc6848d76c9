// @ts-check
// Draws a snapshot. Text only ever becomes text: nothing that a peer says is read as markup.
import { ageWords, stateMark, syncWords } from './words.js';

/** @typedef {import('./words.js').Snapshot} Snapshot */
/** @typedef {import('./words.js').Member} Member */

const SVG = 'http://www.w3.org/2000/svg';
const WINDOW_MS = 60_000;

/**
 * @param {string} name
 * @param {Readonly<Record<string, string | number>>} attributes
 * @param {string} [text]
 */
function shape(name, attributes, text) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  if (text !== undefined) element.textContent = text;
  return element;
}

/**
 * Keeps the title, which says what the drawing is.
 * @param {Element} drawing
 * @param {readonly Element[]} shapes
 */
function redraw(drawing, shapes) {
  const title = drawing.querySelector('title');
  drawing.replaceChildren(...(title === null ? [] : [title]), ...shapes);
}

/**
 * This peer in the middle, all others around it.
 * @param {Element} drawing
 * @param {Snapshot} snapshot
 */
export function drawTopology(drawing, { members }) {
  const self = members.find((member) => member.self);
  const others = members.filter((member) => !member.self);
  const [x, y] = [200, 155];
  /** @type {Element[]} */
  const edges = [];
  /** @type {Element[]} */
  const nodes = [];
  others.forEach((member, index) => {
    const angle = (index / others.length) * 2 * Math.PI - Math.PI / 2;
    const [left, top] = [x + 150 * Math.cos(angle), y + 115 * Math.sin(angle)];
    if (member.link !== 'none' && member.state !== 'dead') {
      edges.push(shape('line', { class: 'edge', x1: x, y1: y, x2: left, y2: top }));
      const [midX, midY] = [(x + left) / 2, (y + top) / 2];
      // The head points away from who dialled.
      const turn =
        (Math.atan2(top - y, left - x) * 180) / Math.PI + (member.link === 'out' ? 0 : 180);
      const place = `translate(${midX} ${midY}) rotate(${turn})`;
      edges.push(
        shape('path', { class: 'edge', fill: 'none', d: 'M-4 -5L4 0L-4 5', transform: place }),
      );
    }
    nodes.push(node(member, left, top, top < y - 1));
  });
  if (self !== undefined) nodes.push(node(self, x, y, false));
  redraw(drawing, [...edges, ...nodes]);
}

/**
 * @param {Member} member
 * @param {number} x
 * @param {number} y
 * @param {boolean} above where no line leads
 */
function node({ label, self, state }, x, y, above) {
  const [glyph, kind] = stateMark(state);
  const labelY = above ? y - 24 : y + (self ? 36 : 32);
  const group = shape('g', { class: kind });
  group.append(
    shape('circle', { class: 'node', cx: x, cy: y, r: self ? 20 : 16 }),
    shape('text', { x, y: y + 5, 'text-anchor': 'middle' }, glyph),
    shape('text', { x, y: labelY, 'text-anchor': 'middle' }, self ? `${label} (this)` : label),
  );
  return group;
}

/**
 * How far behind the live peer furthest behind was, over a minute. A value holds until the next one.
 * @param {Element} drawing
 * @param {readonly { readonly atMs: number, readonly behind: number }[]} samples
 * @param {number} nowMs
 */
export function drawCurve(drawing, samples, nowMs) {
  const [left, right, top, bottom] = [34, 596, 10, 98];
  const greatest = Math.max(1, ...samples.map(({ behind }) => behind));
  /** @param {number} atMs */
  const x = (atMs) => Math.max(left, right - ((nowMs - atMs) / WINDOW_MS) * (right - left));
  // Before the page was open nothing is known, and nothing drawn.
  const firstMs = samples[0]?.atMs ?? nowMs;
  const steps = samples.map(({ atMs, behind }) => {
    const y = bottom - (behind / greatest) * (bottom - top);
    return `H${x(atMs).toFixed(1)}V${y.toFixed(1)}`;
  });
  redraw(drawing, [
    shape('line', { class: 'axis', x1: left, x2: right, y1: bottom, y2: bottom }),
    shape('path', {
      class: 'curve',
      d: `M${x(firstMs).toFixed(1)} ${bottom}${steps.join('')}H${right}V${bottom}Z`,
    }),
    shape(
      'text',
      { class: 'soft', x: left - 6, y: top + 8, 'text-anchor': 'end' },
      String(greatest),
    ),
    shape('text', { class: 'soft', x: left - 6, y: bottom, 'text-anchor': 'end' }, '0'),
    shape('text', { class: 'soft', x: left, y: bottom + 18 }, '60 s ago'),
    shape('text', { class: 'soft', x: right, y: bottom + 18, 'text-anchor': 'end' }, 'now'),
  ]);
}

/**
 * @param {string} name
 * @param {string} text
 * @param {string} [kind]
 */
function cell(name, text, kind) {
  const element = document.createElement(name);
  element.textContent = text;
  if (kind !== undefined) element.className = kind;
  return element;
}

/** @param {readonly Element[]} cells */
function row(cells) {
  const element = document.createElement('tr');
  element.append(...cells);
  return element;
}

/**
 * @param {Element} table
 * @param {Snapshot} snapshot
 * @param {number} sinceMs since the snapshot was taken
 */
export function drawMembers(table, { members }, sinceMs) {
  const titles = [
    ...['Peer', 'State'].map((title) => cell('th', title)),
    cell('th', 'For', 'number'),
    cell('th', 'Link'),
    ...['RTT', 'Heard'].map((title) => cell('th', title, 'number')),
    cell('th', 'Sync'),
    ...['Gen.inc', 'Address'].map((title) => cell('th', title, 'extra')),
  ];
  const rows = members.map((member) => {
    const [glyph, kind] = stateMark(member.state);
    const [sync, syncKind] = syncWords(member, sinceMs);
    const lives = member.state === 'alive' || member.state === 'suspect';
    /** @param {number | null} age */
    const aged = (age) => (age === null ? '?' : ageWords(age + sinceMs));
    return row([
      cell('td', member.label),
      cell('td', `${glyph} ${member.state}`, kind),
      cell('td', ageWords(member.forMs + sinceMs), 'number'),
      cell('td', member.link),
      // A round trip of a peer that does not answer would look live.
      cell(
        'td',
        member.state !== 'alive' || member.rttMs === null ? '' : `${member.rttMs} ms`,
        'number',
      ),
      cell('td', member.self ? '' : aged(member.heardMs), lives ? 'number' : 'number old'),
      cell('td', sync, syncKind),
      cell('td', `${member.generation}.${member.incarnation}`, 'extra'),
      cell('td', member.address ?? '', 'extra'),
    ]);
  });
  table.replaceChildren(row(titles), ...rows);
}

/**
 * Who holds how much of whose messages.
 * @param {Element} table
 * @param {Snapshot} snapshot
 */
export function drawClocks(table, { members, writers }) {
  const own = members.find(({ self }) => self)?.holds ?? [];
  const head = row([cell('th', ''), ...writers.map((writer) => cell('th', writer, 'number'))]);
  const rows = members
    .filter(({ state }) => state !== 'left')
    .map((member) => {
      const old = member.state === 'alive' ? '' : ' old';
      const counts = writers.map((_writer, index) => {
        const count = member.holds?.[index];
        const behind = count !== undefined && count < (own[index] ?? 0);
        return cell('td', String(count ?? '?'), `number${behind ? ' behind' : old}`);
      });
      return row([cell('td', `${stateMark(member.state)[0]} ${member.label}`), ...counts]);
    });
  table.replaceChildren(head, ...rows);
}
