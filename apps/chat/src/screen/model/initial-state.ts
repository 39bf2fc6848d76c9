import type { ScreenState } from './state.js';

/** What a screen begins with. */
export type Beginning = Pick<
  ScreenState,
  'size' | 'glyphs' | 'self' | 'network' | 'conversations' | 'surroundings'
>;

export function initialState(beginning: Beginning): ScreenState {
  return {
    ...beginning,
    current: beginning.conversations[0]?.key ?? '',
    previous: undefined,
    overlay: undefined,
    hint: undefined,
    focused: true,
    sent: [],
    recalled: undefined,
    completion: undefined,
    interruptedMs: Number.NEGATIVE_INFINITY,
  };
}
