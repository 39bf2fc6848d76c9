import { currentOf, type ScreenState, type Step } from './state.js';

/** Who goes on typing says so this often; others forget it after twice that. */
const AGAIN_MS = 3_000;

/** What a key made of a draft, and whether others are told that we type. Commands are nobody's business. */
export function withTyping(before: ScreenState, { state, effects }: Step, nowMs: number): Step {
  const { key, place, draft } = currentOf(state);
  const { typingTold } = state;
  const isTyping = draft.text.trim() !== '' && !draft.text.startsWith('/');
  if (!isTyping) {
    if (typingTold === undefined) return { state, effects };
    return {
      state: { ...state, typingTold: undefined },
      effects: [...effects, { kind: 'typing', place: undefined }],
    };
  }
  const isNew = currentOf(before).draft.text !== draft.text && currentOf(before).key === key;
  const isDue = typingTold?.key !== key || nowMs >= typingTold.atMs + AGAIN_MS;
  if (!isNew || !isDue) return { state, effects };
  return {
    state: { ...state, typingTold: { key, atMs: nowMs } },
    effects: [...effects, { kind: 'typing', place }],
  };
}
