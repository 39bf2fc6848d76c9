/** One sentence of an honest peer: who said it when, and in which phase of the run. */
export interface Sentence {
  readonly phase: number;
  readonly nick: string;
  /** Counted from 1 in each phase. */
  readonly number: number;
  readonly saidAtMs: number;
}

const MARK = 'honest';
const PATTERN = /\bhonest (\d+) (\S+) (\d+) (\d+(?:\.\d+)?)\b/;

/** As text that people could say. */
export function formatSentence({ phase, nick, number, saidAtMs }: Sentence): string {
  return `${MARK} ${phase} ${nick} ${number} ${saidAtMs.toFixed(2)}`;
}

/** Finds a sentence in a line, or undefined: others talk too. */
export function readSentence(line: string): Sentence | undefined {
  const found = PATTERN.exec(line);
  if (found === null) return undefined;
  const [, phase = '', nick = '', number = '', saidAtMs = ''] = found;
  return { phase: Number(phase), nick, number: Number(number), saidAtMs: Number(saidAtMs) };
}

/** What one peer heard in one phase. */
export interface Heard {
  /** How many different sentences of each nick. */
  readonly counts: Readonly<Record<string, number>>;
  /** More than once. */
  readonly repeated: number;
  readonly agesMs: readonly number[];
  /** When each of these was said. */
  readonly saidMs: readonly number[];
}

/** Collects what one peer hears. */
export class Ears {
  readonly #phases = new Map<
    number,
    { numbers: Map<string, Set<number>>; agesMs: number[]; saidMs: number[]; repeated: number }
  >();

  /** @param atMs when it was heard */
  hear({ phase, nick, number, saidAtMs }: Sentence, atMs: number): void {
    const heard = this.#phase(phase);
    const numbers = heard.numbers.get(nick) ?? new Set();
    heard.numbers.set(nick, numbers);
    if (numbers.has(number)) {
      heard.repeated += 1;
      return;
    }
    numbers.add(number);
    heard.agesMs.push(atMs - saidAtMs);
    heard.saidMs.push(saidAtMs);
  }

  of(phase: number): Heard {
    const { numbers, agesMs, saidMs, repeated } = this.#phase(phase);
    const counts = Object.fromEntries([...numbers].map(([nick, all]) => [nick, all.size]));
    return { counts, agesMs, saidMs, repeated };
  }

  #phase(phase: number) {
    const known = this.#phases.get(phase);
    if (known !== undefined) return known;
    const fresh = { numbers: new Map<string, Set<number>>(), agesMs: [], saidMs: [], repeated: 0 };
    this.#phases.set(phase, fresh);
    return fresh;
  }
}
