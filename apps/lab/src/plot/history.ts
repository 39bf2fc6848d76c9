import type { Chronicle, Condition } from '../cluster/chronicle.js';
import { type StandingKind, standingOf, standingWords } from '../cluster/standing.js';

/** Something that was so from one time to another. */
interface Span<T> {
  readonly fromMs: number;
  readonly toMs: number;
  readonly value: T;
}

export interface PeerHistory {
  readonly nick: string;
  /** What the others made of it. */
  readonly standing: readonly Span<{ readonly kind: StandingKind; readonly words: string }>[];
  /** What was so. */
  readonly process: readonly Span<Condition>[];
}

/** Replays a chronicle: for each peer, what it was and what the running others held it for. */
export function historyOf(
  chronicle: Chronicle,
  nicks: readonly string[],
  endMs: number,
): readonly PeerHistory[] {
  const conditions = new Map<string, Condition>(nicks.map((nick) => [nick, 'off']));
  const opinions = new Map(nicks.map((nick) => [nick, new Map<string, string>()]));
  const rows = nicks.map((nick) => ({
    nick,
    standing: new SpanList<{ kind: StandingKind; words: string }>(({ words }) => words),
    process: new SpanList<Condition>((condition) => condition),
  }));
  const look = (atMs: number) => {
    for (const { nick, standing, process } of rows) {
      const observers = nicks.filter((each) => each !== nick && conditions.get(each) === 'up');
      const found = standingOf(observers.map((each) => opinions.get(each)?.get(nick)));
      standing.is(atMs, { kind: found.kind, words: standingWords(found) });
      process.is(atMs, conditions.get(nick) ?? 'off');
    }
  };
  look(chronicle.startedAtMs);
  const events = [...chronicle.conditions, ...chronicle.sightings];
  for (const event of events.sort((a, b) => a.atMs - b.atMs)) {
    if (event.atMs > endMs) break;
    if ('condition' in event) {
      conditions.set(event.nick, event.condition);
      // A new process knows nobody yet.
      if (event.condition === 'starting') opinions.get(event.nick)?.clear();
    } else {
      opinions.get(event.observer)?.set(event.subject, event.state);
    }
    look(event.atMs);
  }
  return rows.map(({ nick, standing, process }) => ({
    nick,
    standing: standing.until(endMs),
    process: process.until(endMs),
  }));
}

/** Joins equal neighbours. */
class SpanList<T> {
  readonly #starts: { readonly fromMs: number; readonly value: T }[] = [];
  readonly #nameOf: (value: T) => string;

  constructor(nameOf: (value: T) => string) {
    this.#nameOf = nameOf;
  }

  is(fromMs: number, value: T): void {
    const last = this.#starts.at(-1);
    if (last !== undefined && this.#nameOf(last.value) === this.#nameOf(value)) return;
    if (last?.fromMs === fromMs) this.#starts.pop();
    this.#starts.push({ fromMs, value });
  }

  until(endMs: number): readonly Span<T>[] {
    return this.#starts.map((start, index) => ({
      ...start,
      toMs: this.#starts[index + 1]?.fromMs ?? endMs,
    }));
  }
}
