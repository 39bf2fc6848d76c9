/** How a peer stands with those that look at it. */
export type StandingKind =
  | 'unseen'
  | 'joining'
  | 'alive'
  | 'suspect'
  | 'disputed'
  | 'dead'
  | 'left';

export interface Standing {
  readonly kind: StandingKind;
  /** Observers that say the worst thing that is said. */
  readonly by: number;
  readonly of: number;
}

/**
 * What several observers' opinions come to.
 * - `dead`, `left`: all say so; `disputed`: some say dead, others do not;
 * - `suspect`: somebody doubts it, nobody buried it; `alive`: all say so;
 * - `joining`: some do not know it yet; `unseen`: nobody is there to look.
 * @param states of each observer; undefined: it never told one
 */
export function standingOf(states: readonly (string | undefined)[]): Standing {
  const of = states.length;
  const count = (state: string | undefined) => states.filter((each) => each === state).length;
  const [dead, suspect, alive, left] = [
    count('dead'),
    count('suspect'),
    count('alive'),
    count('left'),
  ];
  if (of === 0) return { kind: 'unseen', by: 0, of };
  if (dead + left === of) return { kind: dead > 0 ? 'dead' : 'left', by: of, of };
  if (dead > 0) return { kind: 'disputed', by: dead, of };
  if (suspect > 0) return { kind: 'suspect', by: suspect, of };
  return alive === of ? { kind: 'alive', by: of, of } : { kind: 'joining', by: of - alive, of };
}

/** A standing in a glyph and a word. */
export function standingWords({ kind, by, of }: Standing): string {
  switch (kind) {
    case 'unseen':
      return '- nobody looks';
    case 'joining':
      return '… joining';
    case 'alive':
      return '● alive';
    case 'suspect':
      return by === of ? '◐ suspect' : `◐ suspect to ${by} of ${of}`;
    case 'disputed':
      return `✗ dead to ${by} of ${of}`;
    case 'dead':
      return '✗ dead';
    case 'left':
      return '- left';
  }
}
