import { wrap } from '@hearsay/terminal';
import { CommandRunner } from '../chat/command-runner.js';
import { Drills } from '../chat/drills.js';
import { complete } from '../input/commands.js';
import { historyShownDefault } from '../limits.js';
import type { Look } from '../text/look.js';
import { mentions } from '../view/mention.js';
import type { Notice } from '../view/notice.js';
import { ScreenRows } from '../view/screen-rows.js';
import { elsewhereLine, startLine } from '../view/start-words.js';
import { Narrator } from '../watch/narrator.js';
import type { Ending, Farewell, Front, FrontContext } from './front.js';
import { ASK_AGAIN, Interrupts } from './interrupts.js';
import { Prompt } from './prompt.js';

/** Rows are not wrapped narrower than this; the terminal does the rest. */
const NARROWEST = 20;
const USUAL_COLUMNS = 80;
const CONTINUATION = '    ';
const BELL = '\u0007';

/** Chat in a terminal: what happens scrolls by, and the line being typed stays whole below it. */
export class TerminalFront implements Front {
  readonly #context: FrontContext;
  readonly #narrator: Narrator;
  readonly #runner: CommandRunner;
  readonly #screen = new ScreenRows(Date.now());
  readonly #prompt: Prompt;
  readonly #interrupts = new Interrupts();
  #leave: (ending: Ending) => void = () => undefined;

  constructor(context: FrontContext) {
    const { session, start, look, input, output } = context;
    this.#context = context;
    const rows = [
      ...this.#wrapped(startLine(start)),
      ...this.#wrapped(elsewhereLine(start)).map((row) => look.paint.dim(row)),
    ];
    output.write(`${rows.join('\n')}\n`);
    this.#prompt = new Prompt({
      input,
      output,
      newline: look.glyphs.newline,
      complete: (line) => complete(line, session.names.all()),
      onLine: (line) => this.#submit(line),
      onInterrupt: (hadDraft) => this.#interrupt(hadDraft),
      onEnd: () => this.#leave('asked'),
      onSuspend: () =>
        this.#complain('suspended: the others will think you dead until you resume with fg'),
      onRefused: (reason) => this.#complain(reason),
    });
    this.#narrator = new Narrator({
      session,
      joined: start.join,
      historyMax: context.historyMax ?? historyShownDefault,
      echo: 'late',
      isCurrent: (room) => this.#runner.isIn(room),
      tell: (notice) => this.#tell(notice),
      signals: context.signals,
    });
    this.#runner = new CommandRunner({
      session,
      narrator: this.#narrator,
      invite: context.invite,
      cache: context.cache,
      look: () => this.#look(),
      print: (rows) => this.#prompt.print(rows.flatMap((row) => this.#wrapped(row))),
      complain: (text) => this.#complain(text),
      placeChanged: () => this.#showPrompt(),
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
    return new Promise((resolve) => {
      this.#leave = resolve;
      for (const warning of this.#context.warnings) this.#complain(warning);
      this.#showPrompt();
      this.#narrator.start();
    });
  }

  /** The keyboard's Ctrl-C is a key here, so this one came from elsewhere and means it. */
  interrupt(): boolean {
    return false;
  }

  stop(): void {
    this.#narrator.stop();
    this.#prompt.close();
  }

  farewell({ line }: Farewell): void {
    this.#context.output.write(`${line}\n`);
  }

  #submit(line: string): void {
    this.#runner.run(line).catch((error: unknown) => {
      this.#complain(error instanceof Error ? error.message : String(error));
    });
  }

  #interrupt(hadDraft: boolean): void {
    if (hadDraft) return;
    if (this.#interrupts.isSecond(performance.now())) this.#leave('asked');
    else this.#complain(ASK_AGAIN);
  }

  #tell(notice: Notice): void {
    const rows = this.#screen.rows(notice, Date.now(), this.#look());
    const { bell } = this.#context;
    if (
      bell &&
      notice.kind === 'message' &&
      mentions(notice.message, this.#context.session.peer.nick)
    ) {
      this.#context.output.write(BELL);
    }
    this.#prompt.print(rows);
  }

  #complain(text: string): void {
    const { paint } = this.#look();
    this.#prompt.print(this.#wrapped(`-- ${text}`).map((row) => paint.warn(row)));
  }

  /** What belongs to one row begins the next with spaces. */
  #wrapped(row: string): string[] {
    const columns = Math.max(NARROWEST, this.#columns) - CONTINUATION.length;
    const [first = '', ...rest] = wrap(row, columns);
    return [first, ...rest.map((part) => CONTINUATION + part)];
  }

  #showPrompt(): void {
    const { place } = this.#runner;
    const { names } = this.#context.session;
    this.#prompt.show(place.kind === 'room' ? `#${place.room}> ` : `${names.of(place.peer)}> `);
  }

  /** A terminal that does not tell its size says 0. */
  get #columns(): number {
    return this.#context.output.columns || USUAL_COLUMNS;
  }

  /** The window may have been resized since. */
  #look(): Look {
    return { ...this.#context.look, columns: this.#columns };
  }
}
