import { decodeChatEvent } from '../chat/chat-event.js';
import { Watch } from '../observe/watch.js';
import type { Child } from '../process/child.js';
import type { Children } from '../process/children.js';
import type { Ledger } from './ledger.js';

/** How a run is started. */
export interface VictimOptions {
  readonly children: Children;
  readonly chatFile: string;
  readonly nick: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Begins all that this run says, so that no text is said twice. */
  readonly prefix: string;
  readonly ledger: Ledger;
}

/** Messages on their way at once. */
const IN_FLIGHT = 8;

/** One run of the chat program, which says as much as it can until it is killed. */
export class Victim {
  readonly watch: Watch = new Watch();
  readonly child: Child;
  acknowledged = 0;
  said = 0;
  refused: string | undefined;
  readonly #options: VictimOptions;
  readonly #texts = new Map<string, string>();

  constructor(options: VictimOptions) {
    this.#options = options;
    this.child = options.children.start({
      label: options.nick,
      file: options.chatFile,
      args: [options.nick, '--json', '--follow', ...options.args],
      environment: options.environment,
      onLine: (line) => {
        this.#take(line);
        this.watch.changed();
      },
    });
    this.child.mayEnd = true;
  }

  #take(line: string): void {
    const event = decodeChatEvent(line);
    switch (event?.kind) {
      case 'ready':
        this.#sayMore();
        return;
      case 'accepted':
        this.#accepted(event.ref, event.id);
        return;
      case 'refused':
        this.refused = event.reason;
        return;
      default:
        return;
    }
  }

  #accepted(ref: string, id: string): void {
    const text = this.#texts.get(ref);
    if (text === undefined) return;
    this.#texts.delete(ref);
    this.acknowledged += 1;
    this.#options.ledger.acknowledged({ id, text });
    this.#sayMore();
  }

  #sayMore(): void {
    while (this.#texts.size < IN_FLIGHT) {
      this.said += 1;
      const ref = String(this.said);
      const text = `${this.#options.prefix}-${ref}`;
      this.#texts.set(ref, text);
      this.child.send({ type: 'say', text, ref });
    }
  }
}
