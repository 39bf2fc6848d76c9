import type { Delivery, PeerLog } from '../check/delivery.js';
import type { Watch } from '../observe/watch.js';
import type { Child } from '../process/child.js';
import type { Children } from '../process/children.js';
import { decodeChatEvent, splitMessageId } from './chat-event.js';
import { Utterances } from './utterances.js';

export interface ChatPeerOptions {
  readonly children: Children;
  /** The built chat program. */
  readonly file: string;
  readonly nick: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Told after each line. */
  readonly watch: Watch;
}

/** A member in a state, as this peer told, with the time at which its line arrived. */
interface Sighting {
  readonly atMs: number;
  readonly id: string;
  readonly state: string;
}

interface SyncWord {
  readonly atMs: number;
  readonly inSync: boolean;
  readonly live: number;
  /** How many messages it holds. */
  readonly messages: number;
  readonly hash: string | undefined;
}

/** One run of the chat program, driven and read through its JSON lines as any script would. */
export class ChatPeer {
  readonly nick: string;
  readonly child: Child;
  readonly deliveries: Delivery[] = [];
  /** All that it printed, as it was. */
  readonly lines: string[] = [];
  ready: { readonly atMs: number; readonly id: string; readonly url: string } | undefined;
  sync: SyncWord | undefined;
  readonly #sightings: Sighting[] = [];
  readonly #shownAtMs = new Map<string, number>();
  readonly #utterances: Utterances;

  constructor({ children, file, nick, args, environment, watch }: ChatPeerOptions) {
    this.nick = nick;
    this.#utterances = new Utterances(nick, (request) => this.child.send(request));
    this.child = children.start({
      label: nick,
      file,
      args: [nick, '--json', ...args],
      environment,
      onLine: (line, atMs) => {
        this.#take(line, atMs);
        watch.changed();
      },
    });
  }

  get id(): string {
    if (this.ready === undefined) throw new Error(`${this.nick} is not ready`);
    return this.ready.id;
  }

  /** Says something in a room; resolves with the id of the message when the program accepted it. */
  say(room: string, text: string): Promise<string> {
    return this.#utterances.say(room, text);
  }

  /** When it showed a message, or undefined as long as it did not. */
  shownAt(id: string): number | undefined {
    return this.#shownAtMs.get(id);
  }

  /** When it first told that `id` is in one of these states, at or after a time. */
  sawAt(id: string, states: readonly string[], sinceMs: number): number | undefined {
    return this.#sightings.find(
      (seen) => seen.id === id && states.includes(seen.state) && seen.atMs >= sinceMs,
    )?.atMs;
  }

  /** Members that it told to be in a state last. */
  countIn(state: string): number {
    const last = new Map(this.#sightings.map((seen) => [seen.id, seen.state]));
    return [...last.values()].filter((value) => value === state).length;
  }

  /** Ids that it ever told to be in a state. */
  everIn(state: string): readonly string[] {
    return this.#sightings.filter((seen) => seen.state === state).map(({ id }) => id);
  }

  log(live: boolean): PeerLog {
    const hash = this.sync?.hash;
    return { peer: this.nick, deliveries: this.deliveries, live, hash };
  }

  #take(line: string, atMs: number): void {
    this.lines.push(line);
    const event = decodeChatEvent(line);
    switch (event?.kind) {
      case 'ready':
        this.ready = { atMs, id: event.id, url: event.url };
        return;
      case 'message':
        this.#show(event.delivery, atMs);
        return;
      case 'peer':
        this.#sightings.push({ atMs, id: event.id, state: event.state });
        return;
      case 'sync':
        this.sync = { ...event, atMs };
        return;
      case 'accepted':
        this.#accept(event.ref, event.id, atMs);
        return;
      case 'refused':
        this.#utterances.take(event.ref)?.refuse(event.reason);
        return;
      case 'notice':
      case undefined:
        return;
    }
  }

  /** An own message is not shown again: where it was accepted is its place in the order. */
  #accept(ref: string, id: string, atMs: number): void {
    const asked = this.#utterances.take(ref);
    if (asked === undefined) return;
    const { room, text } = asked;
    this.#show({ ...splitMessageId(id), room, author: this.id, text, clock: undefined }, atMs);
    asked.accept(id);
  }

  #show(delivery: Delivery, atMs: number): void {
    this.deliveries.push(delivery);
    this.#shownAtMs.set(delivery.id, this.#shownAtMs.get(delivery.id) ?? atMs);
  }
}
