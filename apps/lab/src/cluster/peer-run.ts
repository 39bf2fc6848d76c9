import { fileURLToPath, pathToFileURL } from 'node:url';
import { type ChatEvent, decodeChatEvent, splitMessageId } from '../chat/chat-event.js';
import { Utterances } from '../chat/utterances.js';
import type { Delivery } from '../check/delivery.js';
import { CLOCK_OFFSET_VARIABLE, ROUTES_VARIABLE } from '../preload/variables.js';
import type { Child } from '../process/child.js';
import type { Children } from '../process/children.js';

const ROOM = 'lobby';

const preload = pathToFileURL(
  fileURLToPath(new URL('../preload/peer-preload.js', import.meta.url)),
).href;

export interface PeerRunOptions {
  readonly children: Children;
  /** The built chat program. */
  readonly file: string;
  readonly nick: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Each port of another peer, and the port of the relay that is dialled instead. */
  readonly routes: Readonly<Record<string, number>>;
  /** Its clock is so far ahead of ours. */
  readonly clockOffsetMs: number;
  /** Everything that it tells, own messages as they are accepted among it. */
  readonly onEvent: (event: ChatEvent, atMs: number) => void;
}

/** One process of one peer, from its start to its end. */
export class PeerRun {
  readonly nick: string;
  readonly child: Child;
  /** Of the generation that it told in its first line. */
  ready: { readonly atMs: number; readonly id: string; readonly generation: number } | undefined;
  /** For each stream, the last message that it showed: they come without holes. */
  readonly shown: Map<string, number> = new Map();
  sync: Extract<ChatEvent, { kind: 'sync' }> | undefined;
  syncAtMs = 0;
  /** When it printed anything last. */
  heardAtMs = 0;
  readonly #options: PeerRunOptions;
  readonly #utterances: Utterances;

  constructor(options: PeerRunOptions) {
    const { children, file, nick, args, environment, routes, clockOffsetMs } = options;
    this.nick = nick;
    this.#utterances = new Utterances(nick, (request) => this.child.send(request));
    this.#options = options;
    this.child = children.start({
      label: nick,
      file,
      nodeArgs: ['--import', preload],
      args: [nick, '--json', ...args],
      environment: {
        ...environment,
        [ROUTES_VARIABLE]: JSON.stringify(routes),
        [CLOCK_OFFSET_VARIABLE]: String(clockOffsetMs),
      },
      onLine: (line, atMs) => this.#take(line, atMs),
    });
    const gone = () => this.#utterances.refuseAll('it ended');
    this.child.ended.then(gone, gone);
  }

  /** Messages that it showed. */
  get shownCount(): number {
    return [...this.shown.values()].reduce((sum, sequence) => sum + sequence, 0);
  }

  /** Resolves with the id when it was accepted. @throws LabError `refused` */
  say(text: string): Promise<string> {
    return this.#utterances.say(ROOM, text);
  }

  /** Asks it to say goodbye and end. */
  leave(): void {
    this.child.mayEnd = true;
    this.child.send({ type: 'leave', ref: 'leave' });
  }

  #take(line: string, atMs: number): void {
    this.heardAtMs = atMs;
    const event = decodeChatEvent(line);
    switch (event?.kind) {
      case 'ready':
        this.ready = { atMs, id: event.id, generation: event.generation };
        break;
      case 'message':
        this.#show(event.delivery);
        break;
      case 'sync':
        this.sync = event;
        this.syncAtMs = atMs;
        break;
      case 'accepted':
        this.#accept(event.ref, event.id, atMs);
        return;
      case 'refused':
        this.#utterances.take(event.ref)?.refuse(event.reason);
        return;
      case 'peer':
      case 'notice':
        break;
      case undefined:
        return;
    }
    this.#options.onEvent(event, atMs);
  }

  /** An own message is not shown again: where it was accepted is its place in the order. */
  #accept(ref: string, id: string, atMs: number): void {
    const asked = this.#utterances.take(ref);
    if (asked === undefined || this.ready === undefined) return;
    const place = { room: ROOM, author: this.ready.id, text: asked.text, clock: undefined };
    const delivery = { ...splitMessageId(id), ...place };
    this.#show(delivery);
    this.#options.onEvent({ kind: 'message', delivery }, atMs);
    asked.accept(id);
  }

  #show({ stream, sequence }: Delivery): void {
    this.shown.set(stream, Math.max(this.shown.get(stream) ?? 0, sequence));
  }
}
