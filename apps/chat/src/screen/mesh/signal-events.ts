import type { ChatSession } from '../../chat/session.js';
import type { Signals, Verdict } from '../../signals/signals.js';
import type { ScreenEvent } from '../model/state.js';
import type { MeshEvent } from './mesh-event.js';

const TONES = { alive: 'good', suspect: 'warn', dead: 'alarm' } as const;

/** Turns what other chat programs tell into events of a screen; it ends with `signals`. */
export function followSignals(
  { session, signals }: { readonly session: ChatSession; readonly signals?: Signals | undefined },
  tell: (event: ScreenEvent) => void,
): void {
  const { names } = session;
  signals?.onTyping((typists) =>
    tell({
      kind: 'typing',
      typists: typists.map(({ peer, place }) => ({ name: names.of(peer), key: place })),
    }),
  );
  signals?.onVerdict((verdict) => {
    // Of us, and of peers that nobody here has met, there is nothing to tell.
    const member = session.peer.members().find(({ id }) => id === verdict.peer);
    if (member === undefined || member.self) return;
    tell({ kind: 'mesh-event', event: eventOf(verdict, session) });
  });
}

/** `bob says: dead` */
function eventOf({ by, peer, generation, state }: Verdict, { names }: ChatSession): MeshEvent {
  return {
    atMs: Date.now(),
    peer,
    who: names.of(peer),
    text: `${state}, says ${names.of(by)}`,
    tone: TONES[state],
    type: 'verdict',
    fields: { id: peer, gen: generation, state, by },
  };
}
