import { CommandRunner } from '../chat/command-runner.js';
import { Drills } from '../chat/drills.js';
import { describeRefusal } from '../input/line-splitter.js';
import { pumpLines } from '../input/pump.js';
import { historyShownDefault, messageBytesMax } from '../limits.js';
import type { Notice } from '../view/notice.js';
import { PlainLines } from '../view/plain-lines.js';
import { ScreenRows } from '../view/screen-rows.js';
import { elsewhereLine, startLine } from '../view/start-words.js';
import { Narrator } from '../watch/narrator.js';
import type { Ending, Farewell, Front, FrontContext } from './front.js';
import { ASK_AGAIN, Interrupts } from './interrupts.js';

export interface LineFrontOptions {
  /** Whose eyes the lines are for: a person's, or a program's. */
  readonly reader: 'person' | 'program';
  /** A person types; else every line is text, whatever it begins with. */
  readonly commands: boolean;
}

/** Lines in, lines out: for pipes, screen readers and terminals that can do no more. */
export class LineFront implements Front {
  readonly #context: FrontContext;
  readonly #options: LineFrontOptions;
  readonly #narrator: Narrator;
  readonly #runner: CommandRunner;
  readonly #plain = new PlainLines(Date.now());
  readonly #screen = new ScreenRows(Date.now());
  readonly #interrupts = new Interrupts();
  #leave: (ending: Ending) => void = () => undefined;

  constructor(context: FrontContext, options: LineFrontOptions) {
    const { session, start, data, diagnose, look } = context;
    this.#context = context;
    this.#options = options;
    const toPerson = options.reader === 'person';
    this.#narrator = new Narrator({
      session,
      joined: start.join,
      historyMax: context.historyMax ?? historyShownDefault,
      echo: toPerson ? 'late' : 'never',
      isCurrent: (room) => this.#runner.isIn(room),
      tell: (notice) => this.#tell(notice),
      signals: context.signals,
    });
    this.#runner = new CommandRunner({
      session,
      narrator: this.#narrator,
      invite: context.invite,
      cache: context.cache,
      look: () => look,
      print: (rows) => {
        for (const row of rows) data.writeLine(row);
      },
      complain: diagnose,
      placeChanged: () => undefined,
      leave: () => this.#leave('asked'),
      drills: new Drills({
        peer: session.peer,
        names: session.names,
        allowed: context.drillsAllowed,
        giveBack: () => this.stop(),
      }),
    });
  }

  run(): Promise<Ending> {
    const { start, data, diagnose } = this.#context;
    const say =
      this.#options.reader === 'person' ? (line: string) => data.writeLine(line) : diagnose;
    for (const warning of this.#context.warnings) diagnose(warning);
    say(startLine(start));
    if (this.#options.commands) say(elsewhereLine(start));
    this.#narrator.start();
    return new Promise((resolve, reject) => {
      this.#leave = resolve;
      // A person's Ctrl-D is a wish to leave; a pipe only has no more to say.
      const ending = this.#options.commands ? 'asked' : 'input-ended';
      this.#readInput().then(() => resolve(ending), reject);
    });
  }

  /** The terminal itself has thrown away the line being typed. */
  interrupt(): boolean {
    if (!this.#options.commands || this.#interrupts.isSecond(performance.now())) return false;
    this.#context.diagnose(`-- ${ASK_AGAIN}`);
    return true;
  }

  stop(): void {
    this.#narrator.stop();
  }

  farewell({ line }: Farewell): void {
    if (this.#options.reader === 'person') this.#context.data.writeLine(line);
    else this.#context.diagnose(line);
  }

  #readInput(): Promise<void> {
    return pumpLines(this.#context.input, messageBytesMax, async (line) => {
      if (line.kind !== 'line') this.#context.diagnose(describeRefusal(line));
      else if (this.#options.commands) await this.#runner.run(line.text);
      else await this.#runner.sayText(line.text);
    });
  }

  #tell(notice: Notice): void {
    const { data, diagnose, look } = this.#context;
    const now = Date.now();
    if (this.#options.reader === 'person') {
      for (const row of this.#screen.rows(notice, now, look)) data.writeLine(row);
      return;
    }
    for (const { stream, text } of this.#plain.lines(notice, now)) {
      if (stream === 'data') data.writeLine(text);
      else diagnose(text);
    }
  }
}
