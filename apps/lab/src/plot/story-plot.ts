import type { Sample } from '../cluster/chronicle.js';
import { formatMs } from '../output/table.js';
import type { StoryResult } from '../story/run-story.js';
import { historyOf, type PeerHistory } from './history.js';
import { PLOT_STYLE } from './style.js';
import { element, escapeText, round } from './svg.js';

const WIDTH = 960;
const LEFT = 76;
const RIGHT = 20;
const TOP = 74;
const ROW = 34;
const BAND = 20;
const PROCESS_BAND = 5;
const CURVE = 96;
const LINE = 17;
/** Widths of letters are not known here; this is what system fonts need at 12 pixels, roughly. */
const LETTER = 6.6;
/** One point of the curve each so many pixels, the greatest value of them. */
const CURVE_STEP = 3;
const AFTER = 1.02;
/** More lines than this would make a list that nobody reads. */
const LISTED_MAX = 24;
const MESSAGES = 'messages that the running peer furthest behind lacks';
const WRITES = 'writes of the cache that the running peer furthest behind lacks';

/**
 * Draws a story: a row a peer with what the others held it for, below it a thin line for the process
 * itself, and at the bottom how far apart the peers were.
 */
export function storyPlot(result: StoryResult): string {
  const { story, chronicle, endedAtMs, ok } = result;
  const startMs = chronicle.startedAtMs;
  // A little more than it took, so that the end of the curve is seen.
  const lastMs = startMs + Math.max(endedAtMs - startMs, 1) * AFTER;
  const scale = (WIDTH - LEFT - RIGHT) / (lastMs - startMs);
  const x = (atMs: number) => LEFT + (atMs - startMs) * scale;
  const rows = historyOf(chronicle, story.peers, lastMs);
  const curveTop = TOP + rows.length * ROW + 28;
  const curveBottom = curveTop + CURVE;
  const hasCaches = chronicle.cacheSamples.length > 0;
  // Below the ticks and the marks of what was done.
  const cachesTop = curveBottom + 84;
  const listTop = hasCaches ? cachesTop + CURVE + 28 : curveBottom + 78;
  const done = chronicle.entries.filter(({ kind }) => kind === 'do');
  const listed = done.slice(0, LISTED_MAX);
  const lines = Math.ceil(listed.length / 2);
  const height = listTop + lines * LINE + 8;
  const word = ok ? 'as expected' : `FAILED: ${result.failures[0] ?? ''}`;
  const parts = [
    element('title', {}, escapeText(`${story.name}: ${story.about}`)),
    element('style', {}, PLOT_STYLE),
    element('rect', { class: 'back', width: WIDTH, height }),
    label(12, 24, `${story.name}, ${word}`, 'title'),
    label(12, 43, story.about, 'soft'),
    legend(60),
    ticks(startMs, lastMs, x, curveBottom),
    ...rows.map((row, index) => peerRow(row, TOP + index * ROW, x)),
    curve(chronicle.samples, MESSAGES, { x, startMs, lastMs, top: curveTop, bottom: curveBottom }),
    ...(hasCaches
      ? [
          curve(chronicle.cacheSamples, WRITES, {
            ...{ x, startMs, lastMs },
            ...{ top: cachesTop, bottom: cachesTop + CURVE },
          }),
        ]
      : []),
    ...listed.map(({ atMs }, index) => mark(x(atMs), index, curveBottom)),
    ...listed.map(({ atMs, text }, index) => {
      const [column, line] = [index < lines ? 0 : 1, index % lines];
      const words = `${index + 1} · ${formatMs(atMs - startMs)} · ${cut(text, 62)}`;
      return label(12 + column * (WIDTH / 2), listTop + line * LINE, words);
    }),
  ];
  const box = { viewBox: `0 0 ${WIDTH} ${round(height)}`, width: WIDTH, height, role: 'img' };
  return `${element('svg', { xmlns: 'http://www.w3.org/2000/svg', ...box }, parts.join('\n'))}\n`;
}

function label(x: number, y: number, text: string, kind = '', anchor = 'start'): string {
  const attributes = { x, y, ...(kind === '' ? {} : { class: kind }) };
  const anchored = anchor === 'start' ? attributes : { ...attributes, 'text-anchor': anchor };
  return element('text', anchored, escapeText(text));
}

function legend(y: number): string {
  const words = 'band: what the running others say   · thin line: the process (dashed: frozen)';
  return label(WIDTH - RIGHT, y, words, 'soft', 'end');
}

function peerRow(
  { nick, standing, process }: PeerHistory,
  top: number,
  x: (atMs: number) => number,
): string {
  const bands = standing.map(({ fromMs, toMs, value: { kind, words } }) => {
    const width = x(toMs) - x(fromMs);
    const place = { x: x(fromMs), y: top, width: Math.max(width, 0.5), height: BAND };
    const band = element('rect', { class: kind, ...place }, element('title', {}, words));
    const fits = [words, words.slice(0, 1)].find((text) => text.length * LETTER + 8 < width);
    return fits === undefined ? band : band + label(x(fromMs) + 4, top + 14, fits);
  });
  const runs = process
    .filter(({ value }) => value === 'up' || value === 'frozen')
    .map(({ fromMs, toMs, value }) => {
      const place = { x: x(fromMs), y: top + BAND + 2, width: x(toMs) - x(fromMs) };
      return element('rect', { class: value, ...place, height: PROCESS_BAND });
    });
  return [label(12, top + 14, nick), ...bands, ...runs].join('');
}

function ticks(
  startMs: number,
  endMs: number,
  x: (atMs: number) => number,
  bottom: number,
): string {
  const seconds = (endMs - startMs) / 1_000;
  const step = [0.5, 1, 2, 5, 10, 20, 60, 120, 300].find((each) => seconds / each <= 12) ?? 600;
  const parts: string[] = [];
  for (let at = 0; at <= seconds; at += step) {
    const place = x(startMs + at * 1_000);
    parts.push(
      element('line', { class: 'rule', x1: place, x2: place, y1: TOP - 6, y2: bottom }),
      label(place, bottom + 15, `${at} s`, 'soft', 'middle'),
    );
  }
  return parts.join('');
}

interface CurvePlace {
  readonly x: (atMs: number) => number;
  readonly startMs: number;
  readonly lastMs: number;
  readonly top: number;
  readonly bottom: number;
}

/** A step curve: a value holds until the next one. */
function curve(
  samples: readonly Sample[],
  title: string,
  { x, startMs, lastMs, top, bottom }: CurvePlace,
): string {
  const greatest = Math.max(1, ...samples.map(({ lacking }) => lacking));
  const y = (lacking: number) => bottom - (lacking / greatest) * (bottom - top);
  const columns = new Map<number, number>();
  const end = Math.floor(x(lastMs) / CURVE_STEP);
  let now = 0;
  let next = 0;
  for (let column = Math.floor(x(startMs) / CURVE_STEP); column <= end; column += 1) {
    let most = now;
    for (; next < samples.length; next += 1) {
      const sample = samples[next];
      if (sample === undefined || x(sample.atMs) >= (column + 1) * CURVE_STEP) break;
      now = sample.lacking;
      most = Math.max(most, now);
    }
    columns.set(column, most);
  }
  let before = 0;
  const steps = [...columns].flatMap(([column, lacking]) => {
    if (lacking === before) return [];
    before = lacking;
    return [`H${column * CURVE_STEP}V${round(y(lacking))}`];
  });
  const path = `M${LEFT} ${bottom}${steps.join('')}H${round(x(lastMs))}V${bottom}Z`;
  return [
    label(LEFT, top - 8, title, 'soft'),
    label(LEFT - 8, top + 4, String(greatest), 'soft', 'end'),
    label(LEFT - 8, bottom + 4, '0', 'soft', 'end'),
    element('path', { class: 'curve', d: path }),
  ].join('');
}

/** Numbers are in three rows by turns, since things are often done at once. */
function mark(x: number, index: number, bottom: number): string {
  const y = bottom + 20 + (index % 3) * 12;
  return (
    element('line', { class: 'mark', x1: x, x2: x, y1: TOP - 6, y2: y }) +
    label(x, y + 11, String(index + 1), '', 'middle')
  );
}

function cut(text: string, lettersMax: number): string {
  return text.length <= lettersMax ? text : `${text.slice(0, lettersMax - 1)}…`;
}
