import { expect, it } from 'vitest';
import { Chronicle } from '../../src/cluster/chronicle.js';
import { historyOf } from '../../src/plot/history.js';
import { storyPlot } from '../../src/plot/story-plot.js';

function killed(): Chronicle {
  const chronicle = new Chronicle(1_000);
  for (const nick of ['ana', 'bob']) {
    chronicle.condition({ atMs: 1_010, nick, condition: 'starting' });
    chronicle.condition({ atMs: 1_500, nick, condition: 'up' });
  }
  const seen = { observer: 'ana', subject: 'bob', generation: 1 };
  chronicle.entry({ atMs: 1_000, kind: 'do', who: 'lab', text: 'start <all>' });
  chronicle.sighting({ atMs: 1_600, ...seen, state: 'alive' });
  chronicle.sample({ atMs: 1_700, lacking: 4 });
  chronicle.sample({ atMs: 1_900, lacking: 0 });
  chronicle.condition({ atMs: 2_000, nick: 'bob', condition: 'killed' });
  chronicle.sighting({ atMs: 2_100, ...seen, state: 'suspect' });
  chronicle.sighting({ atMs: 2_300, ...seen, state: 'dead' });
  return chronicle;
}

it('replays what the others held a peer for, and what it was', () => {
  const [ana, bob] = historyOf(killed(), ['ana', 'bob'], 3_000);
  expect(bob?.standing.map(({ fromMs, toMs, value }) => [fromMs, toMs, value.words])).toEqual([
    [1_000, 1_500, '- nobody looks'],
    [1_500, 1_600, '… joining'],
    [1_600, 2_100, '● alive'],
    [2_100, 2_300, '◐ suspect'],
    [2_300, 3_000, '✗ dead'],
  ]);
  expect(bob?.process.map(({ value }) => value)).toEqual(['off', 'starting', 'up', 'killed']);
  // Whoever looked at it is dead: nothing of that is shown as if it were live.
  expect(ana?.standing.at(-1)?.value.words).toBe('- nobody looks');
});

it('draws a second curve where caches were written, and none where they were not', () => {
  const chronicle = killed();
  const result = {
    story: { name: 'kill', about: 'a', peers: ['ana', 'bob'], convergeMs: 1, steps: [] },
    ...{ ok: true, failures: [], met: [], chronicle, endedAtMs: 3_000 },
    proof: { ok: true, peers: 1, messages: 4, deliveries: 8, hash: 'x', problems: [] },
  };
  expect(storyPlot(result)).not.toContain('writes of the cache');
  chronicle.cacheSample({ atMs: 1_600, lacking: 7 });
  chronicle.cacheSample({ atMs: 1_700, lacking: 7 });
  chronicle.cacheSample({ atMs: 1_800, lacking: 0 });
  expect(chronicle.cacheSamples).toHaveLength(2);
  const svg = storyPlot(result);
  expect(svg).toContain('writes of the cache that the running peer furthest behind lacks');
  expect(svg.match(/class="curve"/g)).toHaveLength(2);
});

it('draws states in words, the curve, and what was done, with nothing from elsewhere', () => {
  const svg = storyPlot({
    story: { name: 'kill', about: 'a & b', peers: ['ana', 'bob'], convergeMs: 1, steps: [] },
    ok: true,
    failures: [],
    met: [],
    proof: { ok: true, peers: 1, messages: 4, deliveries: 8, hash: 'x', problems: [] },
    chronicle: killed(),
    endedAtMs: 3_000,
  });
  expect(svg).toContain('✗ dead');
  expect(svg).toContain('start &lt;all&gt;');
  expect(svg).toContain('a &amp; b');
  expect(svg).toContain('prefers-color-scheme:dark');
  expect(svg.replaceAll('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:|url\(/);
  expect(svg).toMatchSnapshot();
});
