import { initialMesh } from '../mesh/mesh-state.js';
import { asRead } from './conversation.js';
import type { ScreenState } from './state.js';

/** What a screen begins with. */
export type Beginning = Pick<
  ScreenState,
  'size' | 'glyphs' | 'self' | 'network' | 'conversations' | 'surroundings' | 'keys'
> & {
  /** Nothing but the mesh is shown. */
  readonly meshOnly: boolean;
};

export function initialState({ meshOnly, ...beginning }: Beginning): ScreenState {
  const [first, ...others] = beginning.conversations;
  return {
    ...beginning,
    // The first one is looked at; a line stays above what is new in it.
    conversations: first === undefined ? [] : [meshOnly ? first : asRead(first), ...others],
    mesh: initialMesh(beginning.surroundings.atMs, meshOnly),
    current: beginning.conversations[0]?.key ?? '',
    previous: undefined,
    overlay: undefined,
    search: undefined,
    typists: [],
    typingTold: undefined,
    hint: undefined,
    focused: true,
    sent: [],
    recalled: undefined,
    completion: undefined,
    interruptedMs: Number.NEGATIVE_INFINITY,
  };
}
