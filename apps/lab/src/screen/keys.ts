import type { InputEvent } from '@hearsay/terminal';

/** What a key asks for. */
export type Deed =
  | { readonly kind: 'pick'; readonly by: number }
  | { readonly kind: 'pick-number'; readonly index: number }
  | { readonly kind: 'help' | 'quit' | 'heal' | 'burst-all' | 'write-all' | 'kill-others' }
  /** Done to the picked peer. */
  | {
      readonly kind: 'kill' | 'freeze' | 'restart' | 'leave' | 'cut' | 'delay' | 'burst' | 'write';
    };

const BY_TEXT: Readonly<Record<string, Deed>> = {
  '?': { kind: 'help' },
  q: { kind: 'quit' },
  h: { kind: 'heal' },
  B: { kind: 'burst-all' },
  K: { kind: 'kill-others' },
  k: { kind: 'kill' },
  f: { kind: 'freeze' },
  r: { kind: 'restart' },
  l: { kind: 'leave' },
  c: { kind: 'cut' },
  d: { kind: 'delay' },
  b: { kind: 'burst' },
  w: { kind: 'write' },
  W: { kind: 'write-all' },
};

const BY_KEY: Readonly<Record<string, Deed>> = {
  up: { kind: 'pick', by: -1 },
  down: { kind: 'pick', by: 1 },
  f1: { kind: 'help' },
  'ctrl-c': { kind: 'quit' },
  'ctrl-d': { kind: 'quit' },
};

/** What was typed, as deeds; what means nothing gives none, and a paste never does. */
export function deedsOf(event: InputEvent): readonly Deed[] {
  switch (event.kind) {
    case 'key':
      return [BY_KEY[event.key] ?? []].flat();
    case 'text':
      return [...event.text].flatMap((character): readonly Deed[] => {
        if (/[1-9]/.test(character)) return [{ kind: 'pick-number', index: Number(character) - 1 }];
        return [BY_TEXT[character] ?? []].flat();
      });
    case 'paste':
    case 'paste-too-long':
    case 'focus':
      return [];
  }
}
