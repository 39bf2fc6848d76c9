import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { formatInvite } from '@hearsay/node';
import { clockMs } from '../../clock.js';
import type { Watch } from '../../observe/watch.js';
import type { Child } from '../../process/child.js';
import type { Children } from '../../process/children.js';
import { Ears, formatSentence, type Heard, readSentence } from './talk.js';

export interface WitnessOptions {
  readonly children: Children;
  readonly watch: Watch;
  readonly chatFile: string;
  readonly network: string;
  readonly networkKey: Uint8Array;
  /** `host:port` of a member. */
  readonly join: string;
}

/**
 * What no line of a program that shows the words of others may hold: controls, and characters that
 * reorder a line or hide in it.
 */
const ACTS_ON_TERMINAL =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it looks for.
  /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

/** What tells networks of one name apart; ours has a name of its own anyway. */
const NETWORK_ID_BYTES = 6;

/** Lines kept: what a person would still find on the screen. */
const LINES_MAX = 5_000;

/** The chat program as a person runs it: it takes part, and what it prints is what people see. */
export class Witness {
  readonly nick = 'dia';
  readonly child: Child;
  readonly lines: { readonly atMs: number; readonly text: string }[] = [];
  /** Lines with something in them that a terminal would obey. */
  unclean = 0;
  readonly #ears = new Ears();
  #said = 0;
  #talking: NodeJS.Timeout | undefined;

  constructor({ children, watch, chatFile, network, networkKey, join }: WitnessOptions) {
    const folder = path.join(children.folder, `${this.nick}-${network}`);
    const id = randomBytes(NETWORK_ID_BYTES).toString('hex');
    const invite = formatInvite({ network, id, key: networkKey, addresses: [join] });
    const args = ['--simple', '--no-discover', '--port', '0', '--state-dir', folder];
    const take = (text: string, atMs: number) => {
      this.#take(text, atMs);
      watch.changed();
    };
    this.child = children.start({
      label: this.nick,
      file: chatFile,
      args: [this.nick, invite, ...args],
      environment: { XDG_RUNTIME_DIR: folder, NO_COLOR: '1' },
      onLine: take,
      onDiagnostic: take,
    });
  }

  /** `host:port`, or undefined until it said so. */
  get address(): string | undefined {
    for (const { text } of this.lines) {
      const port = /^dia@(\d+)\b/.exec(text)?.[1];
      if (port !== undefined) return `127.0.0.1:${port}`;
    }
    return undefined;
  }

  talk(phase: number, everyMs: number): void {
    this.#said = 0;
    clearInterval(this.#talking);
    this.#talking = setInterval(() => {
      this.#said += 1;
      const sentence = { phase, nick: this.nick, number: this.#said, saidAtMs: clockMs() };
      this.child.write(formatSentence(sentence));
    }, everyMs);
  }

  /** Sentences since it last began to talk. */
  get said(): number {
    return this.#said;
  }

  hush(): void {
    clearInterval(this.#talking);
  }

  heard(phase: number): Heard {
    return this.#ears.of(phase);
  }

  /** What the program itself told since a time: its lines with `--`, without the time of day. */
  noticesSince(sinceMs: number): readonly string[] {
    return this.lines
      .filter(({ atMs }) => atMs >= sinceMs)
      .flatMap(({ text }) => /--\s+(.*)$/.exec(text)?.[1] ?? []);
  }

  #take(text: string, atMs: number): void {
    if (ACTS_ON_TERMINAL.test(text)) this.unclean += 1;
    const sentence = readSentence(text);
    if (sentence !== undefined) {
      if (sentence.nick !== this.nick) this.#ears.hear(sentence, atMs);
      return;
    }
    this.lines.push({ text, atMs });
    if (this.lines.length > LINES_MAX) this.lines.shift();
  }
}
