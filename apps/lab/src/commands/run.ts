import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { defaultStateFolder } from '@hearsay/node';
import { Command } from 'commander';
import { LabError } from '../errors.js';
import { createNarrator, type Narrator } from '../output/narrator.js';
import { storyPlot } from '../plot/story-plot.js';
import { loadStory, shippedStories } from '../story/load-story.js';
import { formatResult, formatSummary } from '../story/report.js';
import { resultJson } from '../story/result-json.js';
import { runStory, type StoryResult } from '../story/run-story.js';
import type { Story } from '../story/story.js';
import { chatFile, jsonHelp, narratorFor } from './common.js';

interface Flags {
  readonly all?: boolean;
  readonly list?: boolean;
  readonly out?: string;
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  hearsay-lab run --list                the stories that come with the lab
  hearsay-lab run kill-one
  hearsay-lab run ./my-story.json --out results
  hearsay-lab run --all                 all of them, two at a time, and one table

Exit codes: 0 as expected, 1 not, 2 a story that cannot be read. docs/lab.md has the format.`;

/** More peers at once than this only make each other slow. */
const STORIES_AT_ONCE = 2;

export function runCommand(): Command {
  return new Command('run')
    .description('plays stories with real peers: kills, freezes, cuts, and proves that all agree')
    .argument('[stories...]', 'names of stories that come with the lab, or files')
    .option('--all', 'every story that comes with the lab')
    .option('--list', 'name them, and run nothing')
    .option('--out <folder>', 'where plot.svg and result.json of each story go')
    .option('--json', jsonHelp)
    .addHelpText('after', EXAMPLES)
    .action(async (names: readonly string[], flags: Flags) => {
      const narrator = narratorFor(flags.json);
      if (flags.list === true) return list(narrator);
      const stories = await choose(names, flags);
      const folder = flags.out ?? path.join(path.dirname(defaultStateFolder()), 'hearsay-lab');
      const results = await playAll(stories, folder, narrator);
      if (results.some(({ ok }) => !ok)) process.exitCode = 1;
    });
}

async function list(narrator: Narrator): Promise<void> {
  const stories = await shippedStories();
  const width = Math.max(...stories.map(({ name }) => name.length));
  const text = stories.map(({ name, about }) => `${name.padEnd(width)}  ${about}`).join('\n');
  narrator.result(text, { stories: stories.map(({ name, about }) => ({ name, about })) });
}

function choose(names: readonly string[], { all }: Flags): Promise<readonly Story[]> {
  if (all === true && names.length === 0) return shippedStories();
  if (all === true) throw new LabError('usage', 'name stories, or say --all, not both');
  if (names.length > 0) return Promise.all(names.map(loadStory));
  throw new LabError('usage', 'which story? hearsay-lab run --list names them');
}

/** One story tells as it goes; several at once tell when they are done. */
async function playAll(
  stories: readonly Story[],
  folder: string,
  narrator: Narrator,
): Promise<readonly StoryResult[]> {
  const [only, ...more] = stories;
  if (only !== undefined && more.length === 0) {
    const result = await runStory({ story: only, chatFile, narrator });
    const files = await keep(result, folder);
    const text = `\n${formatResult(result)}\n\nkept ${files.join('\n     ')}`;
    narrator.result(text, { ...resultJson(result), files });
    return [result];
  }
  const results = new Map<Story, StoryResult>();
  const queue = [...stories];
  const quiet = createNarrator({ json: true, style: plain, write: () => undefined });
  const worker = async () => {
    for (let story = queue.shift(); story !== undefined; story = queue.shift()) {
      const result = await runStory({ story, chatFile, narrator: quiet });
      results.set(story, result);
      await keep(result, folder);
      const word = result.ok ? 'as expected' : `FAILED: ${result.failures[0] ?? ''}`;
      narrator.step(story.name, word);
    }
  };
  await Promise.all(Array.from({ length: STORIES_AT_ONCE }, worker));
  const all = stories.flatMap((story) => results.get(story) ?? []);
  const text = `\n${formatSummary(all)}\n\nplots and results are in ${folder}`;
  narrator.result(text, {
    ok: all.every(({ ok }) => ok),
    stories: all.map(({ story, ok, failures, met }) => ({
      ...{ story: story.name, ok, failures },
      measured: met,
    })),
    folder,
  });
  return all;
}

const same = (text: string) => text;
const plain = { bold: same, dim: same, good: same, bad: same };

/** @returns the files written */
async function keep(result: StoryResult, folder: string): Promise<readonly string[]> {
  const own = path.join(folder, result.story.name);
  await mkdir(own, { recursive: true });
  const files = [path.join(own, 'plot.svg'), path.join(own, 'result.json')] as const;
  await writeFile(files[0], storyPlot(result));
  await writeFile(files[1], `${JSON.stringify(resultJson(result), undefined, 2)}\n`);
  return files;
}
