/** What the lab does. Names are nicks of the story's peers; times are milliseconds. */
export type Action =
  | { readonly kind: 'start'; readonly who: readonly string[]; readonly clockMs: number }
  | { readonly kind: 'restart'; readonly who: readonly string[]; readonly clockMs: number }
  | { readonly kind: 'rolling-restart'; readonly who: readonly string[]; readonly withinMs: number }
  | { readonly kind: 'kill' | 'freeze' | 'thaw' | 'leave'; readonly who: readonly string[] }
  | { readonly kind: 'say'; readonly who: readonly string[]; readonly text: string }
  | {
      readonly kind: 'burst';
      readonly who: readonly string[];
      readonly count: number;
      readonly bytes: number;
      readonly everyMs: number;
      /** The story goes on while they are said. */
      readonly meanwhile: boolean;
    }
  /** Writes into the cache: keys that all share, a text of so many bytes each. */
  | {
      readonly kind: 'write';
      readonly who: readonly string[];
      readonly count: number;
      readonly bytes: number;
      readonly everyMs: number;
      readonly meanwhile: boolean;
    }
  | { readonly kind: 'cut'; readonly groups: readonly (readonly string[])[] }
  | {
      readonly kind: 'cut-one-way';
      readonly from: readonly string[];
      readonly to: readonly string[];
    }
  | { readonly kind: 'heal' }
  | {
      readonly kind: 'link';
      readonly from: readonly string[];
      readonly to: readonly string[];
      readonly delayMs: number;
      readonly jitterMs: number;
      readonly bytesPerSecond: number | undefined;
    }
  | {
      readonly kind: 'stall' | 'drop' | 'half-open';
      readonly between: readonly [string, string];
    }
  | {
      readonly kind: 'flip';
      readonly from: readonly string[];
      readonly to: readonly string[];
      readonly times: number;
    }
  | { readonly kind: 'wait'; readonly forMs: number };

/** What must come to pass. */
export type Expectation =
  | {
      readonly kind: 'sees';
      readonly who: readonly string[];
      readonly as: 'alive' | 'suspect' | 'dead' | 'left';
      /** Undefined: all that run and are within reach. */
      readonly by: readonly string[] | undefined;
      readonly withinMs: number;
    }
  | { readonly kind: 'agree' | 'holds' | 'caches'; readonly withinMs: number }
  | {
      readonly kind: 'live';
      readonly who: readonly string[];
      readonly count: number;
      readonly withinMs: number;
    }
  | {
      readonly kind: 'notice';
      readonly by: readonly string[];
      readonly name: string;
      readonly withinMs: number;
    };

export type Step =
  | { readonly kind: 'do'; readonly atMs: number | undefined; readonly action: Action }
  | {
      readonly kind: 'expect';
      readonly atMs: number | undefined;
      readonly expectation: Expectation;
    };

/** A scripted run of the lab; repeats are written out. */
export interface Story {
  /** As files and reports call it. */
  readonly name: string;
  readonly about: string;
  readonly peers: readonly string[];
  /** In the end all running peers must agree within this time. */
  readonly convergeMs: number;
  readonly steps: readonly Step[];
}

/** What `action` is, in words for the report. */
export function describeAction(action: Action): string {
  switch (action.kind) {
    case 'start':
    case 'restart':
      return `${action.kind} ${listed(action.who)}${clockWords(action.clockMs)}`;
    case 'rolling-restart':
      return `restart ${listed(action.who)}, one after the other`;
    case 'kill':
      return `kill -9 ${listed(action.who)}`;
    case 'freeze':
    case 'thaw':
      return `${action.kind} ${listed(action.who)}`;
    case 'leave':
      return `${listed(action.who)} leave`;
    case 'say':
      return `${listed(action.who)} say "${action.text}"`;
    case 'burst':
      return `${listed(action.who)} say ${action.count} messages of ${action.bytes} bytes each`;
    case 'write':
      return `${listed(action.who)} write ${action.count} keys of ${action.bytes} bytes each`;
    case 'cut':
      return `cut ${action.groups.map(listed).join(' | ')}`;
    case 'cut-one-way':
      return `cut ${listed(action.from)} -> ${listed(action.to)}, one way`;
    case 'heal':
      return 'heal';
    case 'link':
      return `${listed(action.from)} -> ${listed(action.to)}: ${linkWords(action)}`;
    case 'stall':
    case 'drop':
    case 'half-open':
      return `${action.kind} what joins ${listed(action.between)}`;
    case 'flip':
      return `flip ${action.times} bits from ${listed(action.from)} to ${listed(action.to)}`;
    case 'wait':
      return `wait ${action.forMs / 1_000} s`;
  }
}

/** What `expectation` is, in words for the report. */
export function describeExpectation(expectation: Expectation): string {
  switch (expectation.kind) {
    case 'sees': {
      const by = expectation.by === undefined ? 'everywhere' : `to ${listed(expectation.by)}`;
      return `${listed(expectation.who)} ${expectation.as} ${by}`;
    }
    case 'agree':
      return 'all agree';
    case 'holds':
      return 'all hold all messages';
    case 'caches':
      return 'all caches hold the same';
    case 'live':
      return `${listed(expectation.who)} see ${expectation.count} others live`;
    case 'notice':
      return `${listed(expectation.by)} tell "${expectation.name}"`;
  }
}

function listed(names: readonly string[]): string {
  return names.join(' ');
}

function clockWords(clockMs: number): string {
  if (clockMs === 0) return '';
  return `, clock ${Math.abs(clockMs) / 1_000} s ${clockMs > 0 ? 'ahead' : 'behind'}`;
}

function linkWords(action: Extract<Action, { kind: 'link' }>): string {
  const { delayMs, jitterMs, bytesPerSecond } = action;
  const words = [
    ...(delayMs > 0 || jitterMs > 0 ? [`${delayMs} ms delay, up to ${jitterMs} ms more`] : []),
    ...(bytesPerSecond === undefined ? [] : [`${bytesPerSecond} bytes/s`]),
  ];
  return words.join(', ') || 'as new';
}
