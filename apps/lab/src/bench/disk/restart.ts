import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createPeer } from '@hearsay/node';
import { decodeChatEvent } from '../../chat/chat-event.js';
import { Watch } from '../../observe/watch.js';
import { type Children, withChildren } from '../../process/children.js';
import { optionsOf, type Place } from './fill.js';

/** One start of the chat program on a full log. */
export interface Restart {
  /** From the start of the process to its first screen: that it listens, and the newest messages. */
  readonly screenMs: number;
  /** To the word that it is in sync with a live peer. */
  readonly inSyncMs: number;
  /** A moment later. */
  readonly rssBytes: number;
}

/** What a start is made with. */
export interface RestartOptions {
  readonly chatFile: string;
  /** Holds `ana`, who starts, and `bob`, who is there. */
  readonly base: string;
  readonly bob: Place;
  readonly messages: number;
}

const SCREEN_MESSAGES = 100;
const TIMEOUT_MS = 60_000;
const SETTLE_MS = 3_000;

/** Starts the program beside a live peer that holds the same messages, and kills it again. */
export async function measureRestart(options: RestartOptions): Promise<Restart> {
  const bob = await createPeer({ ...optionsOf(options.bob), discover: false });
  try {
    return await withChildren((children) => restart(options, bob.url, children));
  } finally {
    await bob.close();
  }
}

async function restart(
  { chatFile, base, messages }: RestartOptions,
  url: string,
  children: Children,
): Promise<Restart> {
  const watch = new Watch();
  let shown = 0;
  let screenAtMs: number | undefined;
  let inSyncAtMs: number | undefined;
  const args = ['--json', '--follow', '--port', '0', '--no-discover', '--join', url.slice(5)];
  args.push('--history', String(SCREEN_MESSAGES), '--state-dir', base);
  const child = children.start({
    label: 'ana',
    file: chatFile,
    args: ['ana', ...args],
    environment: { XDG_RUNTIME_DIR: path.join(children.folder, 'run') },
    onLine: (line, atMs) => {
      const event = decodeChatEvent(line);
      if (event?.kind === 'message') shown += 1;
      if (shown >= SCREEN_MESSAGES) screenAtMs ??= atMs;
      const isLevel = event?.kind === 'sync' && event.inSync && event.messages >= messages;
      if (isLevel) inSyncAtMs ??= atMs;
      watch.changed();
    },
  });
  const wait = { timeoutMs: TIMEOUT_MS, signal: children.failure };
  const screen = await watch.until(() => screenAtMs, { what: 'the first screen', ...wait });
  const inSync = await watch.until(() => inSyncAtMs, { what: 'in sync', ...wait });
  await new Promise((resolve) => {
    setTimeout(resolve, SETTLE_MS);
  });
  const rssBytes = residentBytes(child.processId ?? 0);
  child.kill();
  await child.ended;
  return { screenMs: screen - child.startedAtMs, inSyncMs: inSync - child.startedAtMs, rssBytes };
}

/** Linux only: elsewhere it is not told. */
function residentBytes(processId: number): number {
  const KIB = 1_024;
  try {
    const status = readFileSync(`/proc/${processId}/status`, 'utf8');
    return Number(/^VmRSS:\s+(?<kib>\d+)/m.exec(status)?.groups?.['kib']) * KIB;
  } catch {
    return Number.NaN;
  }
}
