import { expect, it } from 'vitest';
import { shippedStories } from '../../src/story/load-story.js';
import { readStory } from '../../src/story/read-story.js';
import { describeAction } from '../../src/story/story.js';

const read = (story: unknown) => readStory(JSON.stringify(story), 'x.json', 'x');
const withStep = (step: unknown) => ({ about: 'a', peers: 3, steps: [step] });

it('reads a story, and writes its repeats out', () => {
  const kill = { do: 'kill', who: 'bob' };
  const story = read({
    about: 'twice',
    peers: ['ana', 'bob'],
    steps: [
      { at: '2s', do: 'start', who: 'all' },
      { repeat: 2, steps: [kill] },
    ],
  });
  expect(story).toEqual({
    name: 'x',
    about: 'twice',
    peers: ['ana', 'bob'],
    convergeMs: 30_000,
    steps: [
      {
        kind: 'do',
        atMs: 2_000,
        action: { kind: 'start', who: ['ana', 'bob'], clockMs: 0 },
      },
      ...Array.from({ length: 2 }, () => ({
        kind: 'do',
        atMs: undefined,
        action: { kind: 'kill', who: ['bob'] },
      })),
    ],
  });
});

it('comes with stories that can be read', async () => {
  const stories = await shippedStories();
  expect(stories.length).toBeGreaterThanOrEqual(10);
  for (const { steps } of stories) {
    for (const step of steps) {
      if (step.kind === 'do') expect(describeAction(step.action)).not.toBe('');
    }
  }
});

it.each([
  ['[]', 'x.json is not an object'],
  ['{', 'x.json is not JSON: '],
])('tells what is wrong with a file: %s', (text, message) => {
  expect(() => readStory(text, 'x.json', 'x')).toThrow(message);
});

it.each<[unknown, string]>([
  [{ peers: 3, steps: [] }, 'x.json: "about" is a text'],
  [{ about: 'a', peers: 1, steps: [] }, 'x.json: "peers" is a whole number from 2 to 16'],
  [{ about: 'a', peers: ['ana', 'ana'], steps: [] }, 'x.json: "peers" is a number from 2 to 16'],
  [{ about: 'a', peers: 3, steps: {} }, 'x.json: "steps" is a list'],
  [{ about: 'a', peers: 3, steps: [], more: 1 }, 'x.json: "more" is not known here'],
  [withStep({ do: 'explode' }), 'x.json: steps[0]: "do" is one of start, '],
  [withStep({ do: 'kill', who: 'zoe' }), 'x.json: steps[0]: "who" is "all", or one or several of'],
  [withStep({ do: 'kill', who: ['bob', 'bob'] }), 'each once'],
  [withStep({ do: 'kill', who: 'bob', when: 1 }), 'x.json: steps[0]: "when" is not known here'],
  [withStep({ do: 'wait', for: '2 weeks' }), 'steps[0]: "for" is a time up to an hour'],
  [withStep({ do: 'wait', for: '-1s' }), 'steps[0]: "for" is a time up to an hour'],
  [withStep({ do: 'wait' }), 'steps[0]: "for" is a time up to an hour'],
  [withStep({ do: 'burst', who: 'bob', count: 0 }), '"count" is a whole number from 1'],
  [withStep({ do: 'write', who: 'bob', count: 0 }), '"count" is a whole number from 1'],
  [withStep({ do: 'cut', groups: [['ana']] }), '"groups" is a list of two groups or more'],
  [withStep({ do: 'cut', groups: [['ana'], ['ana']] }), '"groups" is a list of two groups or more'],
  [withStep({ do: 'stall', between: ['ana'] }), '"between" is a list of two peers'],
  [withStep({ expect: 'joy' }), '"expect" is one of sees, agree, holds, caches, live, notice'],
  [withStep({ expect: 'sees', who: 'bob', as: 'happy' }), '"as" is one of alive, suspect'],
  [withStep({ repeat: 1, steps: [{ do: 'x' }] }), 'x.json: steps[0].steps[0]: "do" is one of'],
])('names the field that is wrong in %j', (story, message) => {
  expect(() => read(story)).toThrow(message);
});
