import type { ChatPeer } from '../chat/chat-peer.js';
import { clockMs } from '../clock.js';
import type { Narrator } from '../output/narrator.js';
import { formatMs } from '../output/table.js';
import { greatest } from '../stats.js';
import { converse } from './conversation.js';
import { type Measure, measure } from './measures.js';
import type { Stage } from './stage.js';

const nicks = ['ana', 'bob', 'cy', 'dia', 'eve'] as const;
const killedNicks: readonly string[] = ['cy', 'eve'];
const backNick = 'cy';

const startTimeoutMs = 60_000;
const noticeTimeoutMs = 60_000;

export interface StoryOptions {
  readonly stage: Stage;
  readonly narrator: Narrator;
  readonly rounds: number;
  /** Filled as the story goes, so that a broken one still shows what was measured. */
  readonly measures: Measure[];
}

/** The scenes in order; rejects with the reason where something expected does not come. */
export async function playStory(options: StoryOptions): Promise<void> {
  await startAll(options);
  await talk(options, 'five talk');
  const gone = await killTwo(options);
  await talk(options, 'three talk on');
  await restartOne(options, gone);
  await agree(options, await talk(options, 'four talk'));
}

async function startAll({ stage, narrator, measures }: StoryOptions): Promise<void> {
  const startedAtMs = clockMs();
  for (const nick of nicks) stage.start(nick);
  await stage.until('five peers ready', startTimeoutMs, () =>
    stage.live.every(({ ready }) => ready !== undefined) ? true : undefined,
  );
  for (const { nick, ready, child } of stage.live) {
    narrator.step('ready', `${nick.padEnd(4)} process ${child.processId}, ${ready?.url}`);
  }
  const times = await stage.until('all five see each other', startTimeoutMs, () =>
    stage.live.every((peer) => peer.countIn('alive') === nicks.length - 1)
      ? stage.live.map((peer) => everybodySeenAt(stage, peer))
      : undefined,
  );
  measures.push(measure('all five see each other', 'start of the processes', startedAtMs, times));
  narrator.step(
    'mesh',
    `all five see each other after ${formatMs(Math.max(...times) - startedAtMs)}`,
  );
}

function everybodySeenAt(stage: Stage, peer: ChatPeer): number {
  const others = stage.live.filter((other) => other !== peer);
  return Math.max(...others.map(({ id }) => peer.sawAt(id, ['alive'], 0) ?? 0));
}

/** Resolves with the time at which the last message was said. */
async function talk(
  { stage, narrator, rounds, measures }: StoryOptions,
  subject: string,
): Promise<number> {
  const { messages, spreadsMs, endedAtMs } = await converse(stage, stage.live, rounds, subject);
  measures.push({
    what: `${subject}: ${messages} messages`,
    from: 'each was said',
    firstMs: Math.min(...spreadsMs),
    allMs: greatest(spreadsMs),
  });
  const everybody = stage.live.map(({ nick }) => nick).join(', ');
  narrator.step(
    'chat',
    `${messages} messages shown by ${everybody}, the slowest after ${formatMs(greatest(spreadsMs))}`,
  );
  return endedAtMs;
}

async function killTwo({ stage, narrator, measures }: StoryOptions): Promise<readonly ChatPeer[]> {
  const gone = stage.live.filter(({ nick }) => killedNicks.includes(nick));
  const atMs = clockMs();
  stage.kill(gone);
  const names = killedNicks.join(' and ');
  narrator.step('kill', `SIGKILL to ${names}`);
  for (const [word, states] of [
    ['suspected', ['suspect', 'dead']],
    ['dead', ['dead']],
  ] as const) {
    const times = await stage.until(`${names} ${word} everywhere`, noticeTimeoutMs, () =>
      allKnown(stage.live.flatMap((peer) => gone.map(({ id }) => peer.sawAt(id, states, atMs)))),
    );
    const found = measure(`${names} ${word}`, 'SIGKILL', atMs, times);
    measures.push(found);
    narrator.step(word, `${names}, at the last peer ${formatMs(found.allMs)} after SIGKILL`);
  }
  return gone;
}

async function restartOne(options: StoryOptions, gone: readonly ChatPeer[]): Promise<void> {
  const { stage, narrator, measures } = options;
  const others = [...stage.live];
  const missed = stage.said.filter((id) => gone.every((peer) => peer.shownAt(id) === undefined));
  const atMs = clockMs();
  const peer = stage.start(backNick);
  narrator.step('restart', `${backNick}, which missed ${missed.length} messages`);
  const times = await stage.until(`${backNick} back everywhere`, noticeTimeoutMs, () =>
    peer.ready === undefined
      ? undefined
      : allKnown(others.map((other) => other.sawAt(peer.id, ['alive'], atMs))),
  );
  const back = measure(`${backNick} back`, 'its restart', atMs, times);
  measures.push(back);
  narrator.step('back', `${backNick}, at the last peer ${formatMs(back.allMs)} after its restart`);
  const held = await stage.until(`${backNick} has what it missed`, noticeTimeoutMs, () =>
    allKnown(missed.map((id) => peer.shownAt(id))),
  );
  measures.push(
    measure(`${backNick} has the ${missed.length} it missed`, 'its restart', atMs, held),
  );
  await agree(options, atMs, `in sync again with ${backNick}`, 'its restart');
}

/** Waits until all live peers tell that they are in sync, with one state hash. */
async function agree(
  { stage, narrator, measures }: StoryOptions,
  sinceMs: number,
  what = 'all in sync in the end',
  from = 'the last message',
): Promise<void> {
  const times = await stage.until(what, noticeTimeoutMs, () =>
    stage.agrees() ? allKnown(stage.live.map(({ sync }) => sync?.atMs)) : undefined,
  );
  const agreed = measure(
    what,
    from,
    sinceMs,
    times.map((time) => Math.max(time, sinceMs)),
  );
  measures.push(agreed);
  narrator.step('in sync', `${stage.live.length} peers, ${formatMs(agreed.allMs)} after ${from}`);
}

/** The times, or undefined while one of them is unknown. */
function allKnown(times: readonly (number | undefined)[]): number[] | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length === times.length ? known : undefined;
}
