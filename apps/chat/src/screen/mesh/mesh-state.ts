import type { PeerId } from '@hearsay/core';
import { meshEventsMax } from '../../limits.js';
import type { Surroundings } from '../model/surroundings.js';
import { type Convergence, NO_CONVERGENCE } from './convergence.js';
import type { MeshEvent } from './mesh-event.js';

/** What a person can do to the mesh from its view. */
export type DrillKind = 'cut' | 'heal' | 'kill' | 'freeze' | 'thaw' | 'redial';

/** What the view paints of, at one moment. */
export interface Look {
  readonly surroundings: Surroundings;
  readonly convergence: Convergence;
  readonly events: readonly MeshEvent[];
}

/** The mesh view, and what is remembered for it while the chat is shown. */
export interface MeshState {
  readonly shown: boolean;
  /** Nothing but the mesh: there is no chat to go back to. */
  readonly only: boolean;
  readonly startedMs: number;
  readonly events: readonly MeshEvent[];
  /** Events that lie below the shown ones; 0: the newest are shown. */
  readonly eventsBelow: number;
  readonly convergence: Convergence;
  readonly picked: PeerId | undefined;
  readonly detail: boolean;
  readonly help: boolean;
  /** What is painted while painting is paused. */
  readonly paused: Look | undefined;
  /** A question that the next key answers. */
  readonly confirm:
    | { readonly kind: DrillKind; readonly peer: PeerId; readonly question: string }
    | undefined;
}

export function initialMesh(startedMs: number, only: boolean): MeshState {
  return {
    shown: only,
    only,
    startedMs,
    events: [],
    eventsBelow: 0,
    convergence: NO_CONVERGENCE,
    picked: undefined,
    detail: false,
    help: false,
    paused: undefined,
    confirm: undefined,
  };
}

/** Adds an event; who reads further up goes on reading there. */
export function withEvent(mesh: MeshState, event: MeshEvent): MeshState {
  const { events, eventsBelow } = mesh;
  return {
    ...mesh,
    events: [...events.slice(-(meshEventsMax - 1)), event],
    eventsBelow: eventsBelow === 0 ? 0 : eventsBelow + 1,
  };
}
