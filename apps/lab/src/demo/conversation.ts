import type { ChatPeer } from '../chat/chat-peer.js';
import { clockMs } from '../clock.js';
import type { Stage } from './stage.js';

const room = 'lobby';
const shownTimeoutMs = 20_000;

/** What a conversation was, for the table. */
export interface Conversation {
  readonly messages: number;
  /** For each message: from the moment before it was said until each peer showed it. */
  readonly spreadsMs: readonly number[];
  /** When the last one was said. */
  readonly endedAtMs: number;
}

/**
 * Rounds of one question and an answer of everybody else as soon as the question is on their
 * screen: answers depend on questions, and are concurrent with each other.
 */
export async function converse(
  stage: Stage,
  peers: readonly ChatPeer[],
  rounds: number,
  subject: string,
): Promise<Conversation> {
  const said: { readonly id: string; readonly atMs: number }[] = [];
  const say = async (peer: ChatPeer, text: string) => {
    const atMs = clockMs();
    const id = await peer.say(room, text);
    stage.said.push(id);
    said.push({ id, atMs });
    return id;
  };
  for (let round = 1; round <= rounds; round += 1) {
    const asker = peers[(round - 1) % peers.length];
    if (asker === undefined) break;
    const question = await say(asker, `${subject}, question ${round}: who can read this?`);
    const answers = peers
      .filter((peer) => peer !== asker)
      .map(async (peer) => {
        await shown(stage, [peer], question);
        await say(peer, `${subject}, answer ${round}: ${peer.nick} can`);
      });
    await Promise.all(answers);
  }
  for (const { id } of said) await shown(stage, stage.live, id);
  return {
    messages: said.length,
    endedAtMs: Math.max(...said.map(({ atMs }) => atMs)),
    spreadsMs: said.map(({ id, atMs }) => {
      const times = stage.live.map((peer) => peer.shownAt(id) ?? Number.NaN);
      return Math.max(...times) - atMs;
    }),
  };
}

function shown(stage: Stage, peers: readonly ChatPeer[], id: string): Promise<true> {
  const nicks = peers.map(({ nick }) => nick).join(', ');
  return stage.until(`${id} shown by ${nicks}`, shownTimeoutMs, () =>
    peers.every((peer) => peer.shownAt(id) !== undefined) ? true : undefined,
  );
}
