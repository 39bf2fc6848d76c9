import { lineText, lineWidth } from '@hearsay/terminal';
import { expect, it } from 'vitest';
import { ageWords } from '../../src/screen/ages.js';
import { asciiLine } from '../../src/screen/ascii.js';
import type { LabState, PeerView } from '../../src/screen/lab-state.js';
import { labView } from '../../src/screen/view.js';

// The zone of the machine must not show in a snapshot.
const midday = new Date(2026, 10, 22, 12, 4, 17, 250).getTime();

function peer(nick: string, states: string, more: Partial<PeerView> = {}): PeerView {
  const names = ['ana', 'bob', 'cy', 'dia', 'eve'];
  const words: Readonly<Record<string, string>> = { a: 'alive', s: 'suspect', d: 'dead' };
  const opinions = names.flatMap((name, index) => {
    const state = words[states[index] ?? ''];
    return state === undefined ? [] : [[name, { state, atMs: midday - 4_000 * index }] as const];
  });
  return {
    nick,
    port: 20_001 + names.indexOf(nick),
    condition: 'up',
    sinceMs: midday - 44_000,
    processId: 4_101,
    holds: 136,
    lacks: 0,
    cacheLacks: undefined,
    heardAtMs: midday - 300,
    opinions: new Map(opinions),
    there: false,
    delayMs: 0,
    ...more,
  };
}

const dead = { processId: undefined, holds: undefined, lacks: undefined, heardAtMs: undefined };
const state: LabState = {
  nowMs: midday,
  startedAtMs: midday - 64_000,
  peers: [
    peer('ana', '.adas'),
    peer('bob', 'a.das', { lacks: 4, delayMs: 100 }),
    peer('cy', 'aa.aa', { condition: 'killed', sinceMs: midday - 12_000, ...dead }),
    peer('dia', 'aad.a'),
    peer('eve', 'ssds.', { there: true }),
  ],
  samples: [
    { atMs: midday - 50_000, lacking: 0 },
    { atMs: midday - 30_000, lacking: 9 },
    { atMs: midday - 20_000, lacking: 0 },
    { atMs: midday - 5_000, lacking: 4 },
  ],
  entries: [
    { atMs: midday - 12_000, kind: 'do', who: 'you', text: 'kill -9 cy' },
    { atMs: midday - 11_900, kind: 'saw', who: 'ana', text: 'cy alive -> suspect (link-lost)' },
    { atMs: midday - 11_800, kind: 'saw', who: 'ana', text: 'cy suspect -> dead (refused)' },
  ],
  hasWrites: false,
  picked: 0,
  help: false,
  notice: '',
};

it.each([
  [100, 30],
  [60, 20],
  [40, 10],
  [200, 60],
])('fills a screen of %i x %i, no more and no less', (columns, rows) => {
  const lines = labView(state, columns, rows);
  expect(lines).toHaveLength(rows);
  for (const line of lines) expect(lineWidth(line)).toBe(columns);
  expect(lines.map((line) => lineText(line).trimEnd()).join('\n')).toMatchSnapshot();
});

it('shows nothing live-looking of a process that does not run', () => {
  const text = labView(state, 100, 30).map(lineText);
  const row = text.find((line) => line.includes('  cy '));
  expect(row).toMatch(/cy +killed +12s +20003 +- +- +- +- +✗ dead/);
  const said = labView({ ...state, picked: 2 }, 100, 30).map(lineText);
  expect(said.some((line) => line.trim() === 'cy says nothing')).toBe(true);
});

it('needs nothing but ASCII when it is told so, and keeps its widths', () => {
  for (const line of labView(state, 100, 30)) {
    const plain = asciiLine(line);
    expect(lineText(plain)).toMatch(/^[ -~]*$/);
    expect(lineWidth(plain)).toBe(lineWidth(line));
  }
});

it('shows how far the caches are apart, once somebody wrote', () => {
  const [ana, bob, cy, dia, eve] = state.peers.map((each, index) => ({
    ...each,
    cacheLacks: index === 1 ? 12 : index === 3 ? undefined : 0,
  }));
  const peers = [ana, bob, cy, dia, eve].filter((each) => each !== undefined);
  const rows = labView({ ...state, peers, hasWrites: true }, 100, 30).map(lineText);
  const last = (nick: string): string =>
    /\S+(?= {2}[●◐✗])/.exec(rows.find((row) => row.includes(`  ${nick} `)) ?? '')?.[0] ?? '';
  expect(['ana', 'bob', 'cy', 'dia', 'eve'].map(last)).toEqual(['=', '-12', '-', '?', '=']);
  expect(rows[1]).toMatch(/LACKS +CACHE/);
});

it.each([
  [60, 20],
  [100, 30],
])('says who thinks what at %i x %i', (columns, rows) => {
  const text = labView(state, columns, rows).map(lineText);
  expect(text.some((row) => /ana +bob +cy +dia +eve/.test(row))).toBe(true);
  expect(text.some((row) => /^ eve +◐ +◐ +✗ +◐ +·/.test(row))).toBe(true);
  expect(text.some((row) => row.includes('EVENTS'))).toBe(true);
});

it('shows its keys, and bears any size', () => {
  const help = labView({ ...state, help: true }, 60, 20).map(lineText);
  expect(help.every((line) => !line.includes('…'))).toBe(true);
  for (let rows = 0; rows < 12; rows += 1) {
    expect(labView(state, 3 * rows + 1, rows)).toHaveLength(rows);
  }
});

it.each([
  [40, '0.0s'],
  [9_940, '9.9s'],
  [9_960, '10s'],
  [99_000, '99s'],
  [120_000, '2m'],
  [7_200_000, '2h'],
])('words an age of %i ms', (milliseconds, words) => {
  expect(ageWords(milliseconds)).toBe(words);
});
