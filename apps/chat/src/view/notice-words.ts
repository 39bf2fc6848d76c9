import { truncate } from '@hearsay/terminal';
import { clockTime } from '../text/clock-time.js';
import { counted } from '../text/counted.js';
import { formatDuration } from '../text/duration.js';
import { sanitiseLine } from '../text/sanitise.js';
import { memberWords } from './member-words.js';
import type { InSync, MemberNotice, MessageNotice, Notice, NoticedNotice } from './notice.js';

/** How loudly a notice is shown. */
export type Tone = 'quiet' | 'good' | 'warn' | 'alarm';

export interface Words {
  readonly text: string;
  readonly tone: Tone;
}

/** A notice in words. Messages are not notices of the program's own: see `message-rows.ts`. */
export function noticeWords(notice: Exclude<Notice, MessageNotice>): Words {
  switch (notice.kind) {
    case 'member':
      return { text: memberWords(notice), tone: memberTone(notice) };
    case 'noticed':
      return quiet(noticedWords(notice));
    case 'found':
      return good(
        `found ${notice.names.join(', ')} in ${formatDuration(notice.tookMs)}${
          notice.inSync === undefined ? '' : `.  ${inSyncWords(notice.inSync)}`
        }`,
      );
    case 'in-sync':
      return good(inSyncWords(notice.inSync));
    case 'held':
      return quiet(`${counted(notice.count, 'message')} now held by every live peer`);
    case 'reconnected':
      return good('no longer isolated');
    case 'unheld':
      return warn(unheldWords(notice));
    case 'isolated':
      return warn(
        `isolated: lost ${notice.lost} of ${notice.of} links at once, so it is likely us; calling nobody dead`,
      );
    case 'stalled':
      return warn(
        `this program did not run for ${formatDuration(notice.ms)}; no verdicts for a moment`,
      );
    case 'lagged':
      return warn(
        `${notice.name} reads too slowly: ${notice.frames} frames (${bytes(notice.bytes)}) held back, sync will bring them`,
      );
    case 'refused':
      return warn(
        notice.by === 'us'
          ? `refused ${notice.who}: ${notice.reason}`
          : `${notice.who} refused us: ${notice.reason}`,
      );
    case 'unreachable':
      return warn(
        `cannot join ${notice.address}: ${notice.detail} (attempt ${notice.attempt}, next in ${formatDuration(notice.retryMs)})`,
      );
    case 'gap':
      return warn(
        `${counted(notice.messages, 'message')} of ${notice.name} are lost: nobody keeps them any more`,
      );
    case 'diverged':
      return {
        text: `DIVERGED: ${notice.name} has equal clocks and other content: a bug, or an author signed two things as one.`,
        tone: 'alarm',
      };
    case 'change':
      return quiet(changeWords(notice));
    case 'key':
      return quiet(KEY_WORDS[notice.change](notice.key));
    case 'warning':
      return warn(notice.message);
    case 'backlog':
    case 'flapping':
    case 'calm':
    case 'renamed':
    case 'caught-up':
      return quiet(quietWords(notice));
  }
}

const NOTICED_NAMES_MAX = 4;

/** `cy dead to all 3: bob first, we +0.02s, dia +0.05s`. */
function noticedWords({ name, others, silent }: NoticedNotice): string {
  const told = others.length + 1; // We are one of them.
  // Of those who noticed in the same millisecond we are told first: of ourselves we know.
  const all = [{ name: 'we', afterMs: 0 }, ...others].sort(
    (left, right) => left.afterMs - right.afterMs,
  );
  const firstMs = all[0]?.afterMs ?? 0;
  const shown = all.slice(0, NOTICED_NAMES_MAX).map(({ name: by, afterMs }, index) => {
    return index === 0 ? `${by} first` : `${by} +${formatDuration(afterMs - firstMs)}`;
  });
  const last = all.at(-1);
  if (all.length > shown.length && last !== undefined) {
    shown.push(`the last of all +${formatDuration(last.afterMs - firstMs)}`);
  }
  const whom = silent.length === 0 ? `all ${told}` : `${told} of ${told + silent.length}`;
  const missing = silent.length > NOTICED_NAMES_MAX ? `${silent.length} peers` : silent.join(', ');
  const not = silent.length === 0 ? '' : `; not heard from ${missing}`;
  return `${name} dead to ${whom}: ${shown.join(', ')}${not}`;
}

/** `bob edited "hello": hello you two`, one row; the text may be long, and is cut. */
function changeWords({ name, change: { change, message, place } }: ChangeNotice): string {
  const room = place.kind === 'room' ? ` in #${place.room}` : '';
  const of = message === undefined ? 'an earlier message' : `"${excerpt(message.text)}"`;
  switch (change.kind) {
    case 'edit':
      return `${name} edited ${of}${room}: ${excerpt(change.text, EDIT_COLUMNS)}`;
    case 'delete':
      return `${name} deleted ${of}${room}`;
    case 'react':
      return change.on
        ? `${name} reacted ${sanitiseLine(change.emoji)} to ${of}${room}`
        : `${name} took ${sanitiseLine(change.emoji)} back from ${of}${room}`;
  }
}

type ChangeNotice = Extract<Notice, { kind: 'change' }>;

const EXCERPT_COLUMNS = 30;
const EDIT_COLUMNS = 1_000;

function excerpt(text: string, columns = EXCERPT_COLUMNS): string {
  return truncate(sanitiseLine(text), columns, '...');
}

const KEY_WORDS = {
  installed: (key: string) => `a new network key is here: ${key}`,
  used: (key: string) => `the network key ${key} is in use now`,
  removed: (key: string) => `the network key ${key} was removed: who has no other is shut out`,
};

type QuietNotice = Extract<
  Notice,
  { kind: 'backlog' | 'flapping' | 'calm' | 'renamed' | 'caught-up' }
>;

function quietWords(notice: QuietNotice): string {
  switch (notice.kind) {
    case 'backlog':
      return backlogWords(notice);
    case 'flapping':
      return `${notice.name} comes and goes: ${notice.returns} returns within a minute, further ones are counted, not shown`;
    case 'calm':
      return `${notice.name} ${notice.state} after ${notice.changes} more changes`;
    case 'renamed':
      return `${notice.was} is now ${notice.name}`;
    case 'caught-up':
      return `fetched ${counted(notice.messages, 'message')} from ${notice.name} in ${formatDuration(notice.tookMs)}`;
  }
}

function backlogWords({
  origin,
  count,
  shown,
  fromMs,
  toMs,
}: Extract<Notice, { kind: 'backlog' }>): string {
  const cut = shown < count ? `, the last ${shown} shown` : '';
  switch (origin) {
    case 'kept':
      return `replayed ${counted(count, 'message')}${cut}`;
    case 'fetched':
      return `fetched ${counted(count, 'earlier message')}${cut}`;
    case 'late': {
      const from = clockTime(fromMs);
      const to = clockTime(toMs);
      const when = from === to ? from : `${from} to ${to}`;
      return `${counted(count, 'older message')} arrived, sent ${when}${cut}`;
    }
  }
}

/** `in sync: 3 messages`, `in sync with 2 of 2: 3 messages`. */
function inSyncWords({ live, messages: count }: InSync): string {
  return live === 1
    ? `in sync: ${counted(count, 'message')}`
    : `in sync with ${live} of ${live}: ${counted(count, 'message')}`;
}

function unheldWords({ count, holding, behind }: Extract<Notice, { kind: 'unheld' }>): string {
  if (holding.live === 0) return `alone: 0 live peers, ${counted(count, 'message')} waiting`;
  const who = behind.length === 0 ? '' : `: ${behind.join(', ')} behind`;
  return `${counted(count, 'message')} not held by all yet (${holding.held}/${holding.live})${who}`;
}

function memberTone({ state }: MemberNotice): Tone {
  switch (state) {
    case 'suspect':
      return 'warn';
    case 'dead':
      return 'alarm';
    case 'alive':
    case 'joining':
    case 'left':
      return 'quiet';
  }
}

const quiet = (text: string): Words => ({ text, tone: 'quiet' });
const good = (text: string): Words => ({ text, tone: 'good' });
const warn = (text: string): Words => ({ text, tone: 'warn' });

function bytes(count: number): string {
  return count < 10_000 ? `${count} bytes` : `${Math.round(count / 1_000)} kB`;
}
