import type { Delivery, PeerLog } from './delivery.js';

export type ProblemKind =
  | 'duplicate'
  | 'order'
  | 'cause'
  | 'content'
  | 'missing'
  | 'lost'
  | 'hash'
  | 'empty';

/** One broken promise, in words that name the peer and the message. */
interface Problem {
  readonly kind: ProblemKind;
  readonly peer: string;
  readonly text: string;
}

export interface Verdict {
  readonly ok: boolean;
  readonly peers: number;
  /** Different messages over all logs. */
  readonly messages: number;
  /** Deliveries whose causes were looked up. */
  readonly deliveries: number;
  /** The one hash that all live peers told, if so. */
  readonly hash: string | undefined;
  readonly problems: readonly Problem[];
}

/**
 * Checks the logs of several peers against each other. It shares no code with the protocol:
 * - no peer shows a message twice, and all show it with the same content;
 * - the messages of a stream come in the order of their numbers;
 * - before a message come all that its author had: every known message that its clock covers;
 * - live peers show the same messages, all of `said` among them, and tell the same hash.
 */
export function checkLogs(logs: readonly PeerLog[], said: readonly string[] = []): Verdict {
  const known = new KnownMessages(logs);
  const live = logs.filter((log) => log.live);
  const problems = [
    ...known.problems,
    ...logs.flatMap((log) => orderProblems(log, known)),
    ...live.flatMap((log) => missingProblems(log, known, said)),
    ...hashProblems(live),
  ];
  return {
    ok: problems.length === 0,
    peers: live.length,
    messages: known.byId.size,
    deliveries: logs.reduce((total, log) => total + log.deliveries.length, 0),
    hash: problems.some(({ kind }) => kind === 'hash') ? undefined : live[0]?.hash,
    problems,
  };
}

/** The union of all logs: what exists, as far as anybody ever showed it. */
class KnownMessages {
  readonly byId = new Map<string, Delivery>();
  /** For each stream its known numbers, ascending. */
  readonly sequences = new Map<string, number[]>();
  readonly problems: Problem[] = [];

  constructor(logs: readonly PeerLog[]) {
    for (const log of logs) for (const delivery of log.deliveries) this.#add(log.peer, delivery);
    for (const [stream, numbers] of this.sequences) {
      this.sequences.set(
        stream,
        numbers.toSorted((a, b) => a - b),
      );
    }
  }

  #add(peer: string, delivery: Delivery): void {
    const before = this.byId.get(delivery.id);
    if (before === undefined) {
      this.byId.set(delivery.id, delivery);
      const numbers = this.sequences.get(delivery.stream) ?? [];
      numbers.push(delivery.sequence);
      this.sequences.set(delivery.stream, numbers);
      return;
    }
    const [here, there] = [contentOf(delivery, before), contentOf(before, delivery)];
    if (here === there) return;
    const text = `shows ${delivery.id} as ${here}, others as ${there}`;
    this.problems.push({ kind: 'content', peer, text });
  }
}

/** What must be equal; clocks are compared where both tell one. */
function contentOf({ room, author, text, clock }: Delivery, other: Delivery): string {
  const told = clock !== undefined && other.clock !== undefined ? [...clock] : [];
  const causes = told.sort(([a], [b]) => (a < b ? -1 : 1)).map((entry) => entry.join('='));
  return JSON.stringify([room, author, text, ...causes]);
}

function orderProblems({ peer, deliveries }: PeerLog, known: KnownMessages): Problem[] {
  const problems: Problem[] = [];
  const shown = new Set<string>();
  /** For each stream, how many of its known numbers (from the least on) were looked up. */
  const covered = new Map<string, number>();
  for (const delivery of deliveries) {
    if (shown.has(delivery.id)) {
      problems.push({ kind: 'duplicate', peer, text: `shows ${delivery.id} twice` });
      continue;
    }
    for (const cause of missingCauses(delivery, shown, covered, known)) {
      problems.push({ peer, ...cause });
    }
    shown.add(delivery.id);
  }
  return problems;
}

/** Known messages that had to come before this one, and did not. */
function missingCauses(
  { id, stream, sequence, clock }: Delivery,
  shown: ReadonlySet<string>,
  covered: Map<string, number>,
  known: KnownMessages,
): Pick<Problem, 'kind' | 'text'>[] {
  const missing: Pick<Problem, 'kind' | 'text'>[] = [];
  // An author has all of its own earlier messages, whether or not the clock says so.
  const bounds = new Map(clock).set(stream, sequence - 1);
  for (const [cause, upTo] of bounds) {
    const numbers = known.sequences.get(cause) ?? [];
    let index = covered.get(cause) ?? 0;
    for (; index < numbers.length; index += 1) {
      const number = numbers[index] ?? 0;
      if (number > upTo) break;
      const before = `${cause}:${number}`;
      // Looked up once: one message out of place is one problem, not a hundred.
      if (shown.has(before)) continue;
      missing.push(
        cause === stream
          ? { kind: 'order', text: `shows ${id} before ${before} of the same author` }
          : { kind: 'cause', text: `shows ${id} before ${before}, which its author had` },
      );
    }
    covered.set(cause, index);
  }
  return missing;
}

function missingProblems(
  { peer, deliveries }: PeerLog,
  known: KnownMessages,
  said: readonly string[],
): Problem[] {
  if (deliveries.length === 0) return [{ kind: 'empty', peer, text: 'shows no message at all' }];
  const shown = new Set(deliveries.map(({ id }) => id));
  const missing = [...known.byId.keys()].filter((id) => !shown.has(id));
  const lost = said.filter((id) => !shown.has(id) && !known.byId.has(id));
  return [
    ...missing.map((id): Problem => ({ kind: 'missing', peer, text: `lacks ${id}` })),
    ...lost.map((id): Problem => ({ kind: 'lost', peer, text: `lacks ${id}, which was accepted` })),
  ];
}

function hashProblems(live: readonly PeerLog[]): Problem[] {
  const hashes = new Set(live.map(({ hash }) => hash));
  const [only] = hashes;
  if (hashes.size === 1 && only !== undefined) return [];
  return live.map(({ peer, hash }) => ({
    kind: 'hash',
    peer,
    text: hash === undefined ? 'told no hash of its state' : `tells the hash ${hash}`,
  }));
}
