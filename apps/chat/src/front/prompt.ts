import {
  clearScreenDown,
  createInterface,
  cursorTo,
  type Interface,
  moveCursor,
} from 'node:readline';
import { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { PASTE_OFF, PASTE_ON, PasteDecoder } from '@hearsay/terminal';
import { messageBytesMax } from '../limits.js';
import { sanitiseText } from '../text/sanitise.js';

export interface PromptOptions {
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WriteStream;
  /** Stands for a newline in the line being typed. */
  readonly newline: string;
  readonly complete: (line: string) => [string[], string];
  readonly onLine: (line: string) => void;
  /** Ctrl-C; `hadDraft` when there was text, which is gone now. */
  readonly onInterrupt: (hadDraft: boolean) => void;
  /** Ctrl-D on an empty line, or the terminal went away. */
  readonly onEnd: () => void;
  readonly onSuspend: () => void;
  readonly onRefused: (reason: string) => void;
}

/** Rows that come faster than this are printed together: a redraw for each would cost seconds in a flood. */
const BURST_MS = 30;

/**
 * The line being typed, at the bottom of a terminal, with output above it.
 *
 * Node's readline edits the line. Two things are added: rows print above it and leave it whole,
 * and pasted lines become one message instead of several.
 */
export class Prompt {
  readonly #options: PromptOptions;
  readonly #keys = new Readable({ read: () => undefined });
  readonly #utf8 = new StringDecoder('utf8');
  readonly #paste = new PasteDecoder(messageBytesMax);
  readonly #readline: Interface;
  #rowsToErase = 0;
  #rows: string[] = [];
  #printedMs = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: PromptOptions) {
    const { input, output, complete } = options;
    this.#options = options;
    this.#readline = createInterface({
      input: this.#keys,
      output,
      terminal: true,
      completer: complete,
      historySize: 500,
      removeHistoryDuplicates: true,
    });
    this.#listen();
    this.#takeTerminal();
    input.on('data', this.#onData);
    input.on('end', this.#onEnd);
    input.on('error', this.#onEnd);
  }

  /** Shows the prompt, with what was typed so far. */
  show(prompt: string): void {
    if (this.#closed) return;
    const height = this.#eraseEdit();
    this.#readline.setPrompt(prompt);
    this.#redraw(height);
  }

  /** Prints rows above the line being typed: at once, or with others that come in a burst. */
  print(rows: readonly string[]): void {
    for (const row of rows) this.#rows.push(row);
    if (this.#timer !== undefined) return;
    const waitMs = this.#printedMs + BURST_MS - performance.now();
    if (this.#closed || waitMs <= 0) this.#printRows();
    else this.#timer = setTimeout(() => this.#printRows(), waitMs);
  }

  /** Gives the terminal back. Idempotent. */
  close(): void {
    if (this.#closed) return;
    this.#printRows();
    this.#eraseEdit();
    this.#closed = true;
    const { input } = this.#options;
    input.off('data', this.#onData);
    input.off('end', this.#onEnd);
    input.off('error', this.#onEnd);
    input.on('error', () => undefined); // A terminal that vanishes now is of no interest.
    this.#readline.close();
    this.#releaseTerminal();
    input.pause();
  }

  #printRows(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#printedMs = performance.now();
    if (this.#rows.length === 0) return;
    const text = `${this.#rows.join('\n')}\n`;
    this.#rows = [];
    const height = this.#closed ? 0 : this.#eraseEdit();
    this.#options.output.write(text);
    if (!this.#closed) this.#redraw(height);
  }

  #listen(): void {
    const { onLine, onEnd, newline } = this.#options;
    // Runs before readline's own listener would submit the line: how tall it is, is known here.
    this.#keys.prependListener('keypress', (_text: unknown, key: { readonly name?: string }) => {
      if (key.name !== 'return' && key.name !== 'enter') return;
      this.#readline.write(null, { ctrl: true, name: 'e' });
      this.#rowsToErase = this.#readline.getCursorPos().rows + 1;
    });
    this.#readline.on('line', (line) => {
      this.#eraseSubmitted();
      this.#readline.prompt();
      onLine(line.replaceAll(newline, '\n'));
    });
    this.#readline.on('SIGINT', () => this.#interrupt());
    this.#readline.on('SIGTSTP', () => this.#suspend());
    this.#readline.on('close', () => {
      if (!this.#closed) onEnd();
    });
  }

  readonly #onData = (chunk: Buffer): void => {
    for (const part of this.#paste.push(this.#utf8.write(chunk))) {
      if (this.#closed) return;
      switch (part.kind) {
        case 'keys':
          // Emitted, not pushed: readline must have seen these keys before the next part. One by
          // one: of several at once it appends all but the last, wherever the cursor is.
          for (const key of part.text) this.#keys.emit('data', key);
          break;
        case 'newline':
          this.#readline.write(this.#options.newline);
          break;
        case 'paste':
          this.#readline.write(this.#asDraft(part.text));
          break;
        case 'paste-too-long':
          this.#options.onRefused(
            `paste too long (${part.chars} characters, limit ${messageBytesMax}): dropped`,
          );
          break;
      }
    }
  };

  readonly #onEnd = (): void => {
    if (!this.#closed) this.#options.onEnd();
  };

  #asDraft(pasted: string): string {
    return sanitiseText(pasted).replace(/\n+$/, '').replaceAll('\n', this.#options.newline);
  }

  #interrupt(): void {
    const hadDraft = this.#readline.line !== '';
    if (hadDraft) {
      this.#readline.write(null, { ctrl: true, name: 'e' });
      this.#readline.write(null, { ctrl: true, name: 'u' });
    }
    this.#options.onInterrupt(hadDraft);
  }

  #suspend(): void {
    this.#options.onSuspend();
    this.#printRows();
    const height = this.#eraseEdit();
    this.#releaseTerminal();
    process.once('SIGCONT', () => {
      if (this.#closed) return;
      this.#takeTerminal();
      this.#redraw(height);
    });
    process.kill(process.pid, 'SIGTSTP');
  }

  /** The line was submitted and readline stands below it: its message is printed in its place. */
  #eraseSubmitted(): void {
    const { output } = this.#options;
    moveCursor(output, 0, -this.#rowsToErase);
    cursorTo(output, 0);
    clearScreenDown(output);
  }

  /** @returns how many rows above the cursor the edited line began */
  #eraseEdit(): number {
    const { output } = this.#options;
    const { rows } = this.#readline.getCursorPos();
    moveCursor(output, 0, -rows);
    cursorTo(output, 0);
    clearScreenDown(output);
    return rows;
  }

  /** readline goes up as many rows as its line had when it was last drawn, so we go down first. */
  #redraw(height: number): void {
    this.#options.output.write('\n'.repeat(height));
    this.#readline.prompt(true);
  }

  #takeTerminal(): void {
    this.#options.input.setRawMode(true);
    this.#options.output.write(PASTE_ON);
  }

  #releaseTerminal(): void {
    this.#options.output.write(PASTE_OFF);
    this.#options.input.setRawMode(false);
  }
}
