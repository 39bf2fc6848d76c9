import type { InputEvent } from '@hearsay/terminal';
import { isVisitor } from '../../chat/names.js';
import type { ScreenEffect, ScreenState, Step } from '../model/state.js';
import type { NamedMember } from '../model/surroundings.js';
import type { DrillKind, Look, MeshState } from './mesh-state.js';

const EVENTS_PAGE = 5;

/** What keys do in the mesh view. */
export function meshInput(state: ScreenState, input: InputEvent): Step {
  switch (input.kind) {
    case 'key':
      return meshKey(state, input.key);
    case 'text': {
      const effects: ScreenEffect[] = [];
      let next = state;
      for (const character of input.text) {
        const step = meshKey(next, character);
        next = step.state;
        effects.push(...step.effects);
      }
      return { state: next, effects };
    }
    case 'paste':
    case 'paste-too-long':
    case 'focus':
      return still(state);
  }
}

function still(state: ScreenState): Step {
  return { state, effects: [] };
}

function withMesh(state: ScreenState, changes: Partial<MeshState>): Step {
  return still({ ...state, mesh: { ...state.mesh, ...changes } });
}

function meshKey(state: ScreenState, key: string): Step {
  const { mesh } = state;
  if (mesh.confirm !== undefined) return answered(state, key);
  switch (key) {
    case 'escape':
    case 'q':
      return back(state);
    case 'alt-m':
    case 'f2':
      return mesh.only ? still(state) : withMesh(state, { shown: false, help: false });
    case 'ctrl-c':
    case 'ctrl-d':
      return { state, effects: [{ kind: 'leave' }] };
    case 'up':
    case 'k':
      return pick(state, -1);
    case 'down':
    case 'j':
      return pick(state, 1);
    case 'enter':
      return withMesh(state, { detail: !mesh.detail && pickedOf(state) !== undefined });
    case 'pageup':
      return scrollEvents(state, EVENTS_PAGE);
    case 'pagedown':
      return scrollEvents(state, -EVENTS_PAGE);
    case '?':
    case 'f1':
      return withMesh(state, { help: !mesh.help });
    case 'p':
      return withMesh(state, {
        paused: mesh.paused === undefined ? lookOf(state) : undefined,
      });
    case 'e':
      return { state, effects: [{ kind: 'export-events' }] };
    case 'ctrl-l':
      return { state, effects: [{ kind: 'repaint' }] };
    case 'ctrl-z':
      return { state, effects: [{ kind: 'suspend' }] };
    default:
      return drillKey(state, key);
  }
}

const DRILLS: Readonly<Record<string, DrillKind>> = {
  x: 'cut',
  h: 'heal',
  K: 'kill',
  f: 'freeze',
  c: 'thaw',
  r: 'redial',
};

function drillKey(state: ScreenState, key: string): Step {
  const kind = DRILLS[key];
  if (kind === undefined) return still(state);
  const picked = pickedOf(state);
  if (picked === undefined) return hinted(state, 'pick a peer first, with Up and Down');
  if (picked.self) return hinted(state, 'that is you; pick another peer');
  const { id: peer, name } = picked;
  const question =
    kind === 'kill'
      ? `kill -9 ${name}, process ${picked.tags['pid'] ?? '?'} of this machine? y / n`
      : kind === 'freeze'
        ? `freeze ${name}, process ${picked.tags['pid'] ?? '?'} of this machine, until c? y / n`
        : undefined;
  if (question !== undefined) return withMesh(state, { confirm: { kind, peer, question } });
  return { state, effects: [{ kind: 'drill', drill: kind, peer }] };
}

function answered(state: ScreenState, key: string): Step {
  const { confirm } = state.mesh;
  const asked: ScreenState = { ...state, mesh: { ...state.mesh, confirm: undefined } };
  if (confirm === undefined || key !== 'y') return hinted(asked, 'not done');
  return { state: asked, effects: [{ kind: 'drill', drill: confirm.kind, peer: confirm.peer }] };
}

/** Out of what lies on top; out of the view itself last. */
function back(state: ScreenState): Step {
  const { mesh } = state;
  if (mesh.help) return withMesh(state, { help: false });
  if (mesh.detail) return withMesh(state, { detail: false });
  if (mesh.only) return { state, effects: [{ kind: 'leave' }] };
  return withMesh(state, { shown: false });
}

function hinted(state: ScreenState, hint: string): Step {
  return still({ ...state, hint });
}

function scrollEvents(state: ScreenState, by: number): Step {
  const { events, eventsBelow } = state.mesh;
  const below = Math.max(0, Math.min(events.length - 1, eventsBelow + by));
  return withMesh(state, { eventsBelow: below });
}

/** What is painted: the moment at which painting was paused, else now. */
export function lookOf({ mesh, surroundings }: ScreenState): Look {
  return mesh.paused ?? { surroundings, convergence: mesh.convergence, events: mesh.events };
}

/** Members as the view lists them; those that come for one errand are not. */
export function meshMembers({ mesh, surroundings }: ScreenState): readonly NamedMember[] {
  const { members } = mesh.paused?.surroundings ?? surroundings;
  return members.filter((member) => member.self || !isVisitor(member));
}

/** The member that keys act on. */
export function pickedOf(state: ScreenState): NamedMember | undefined {
  return meshMembers(state).find(({ id }) => id === state.mesh.picked);
}

function pick(state: ScreenState, by: 1 | -1): Step {
  const members = meshMembers(state);
  const index = members.findIndex(({ id }) => id === state.mesh.picked);
  const next = index < 0 ? (by > 0 ? 1 : members.length - 1) : index + by;
  const target = members[Math.max(0, Math.min(members.length - 1, next))];
  return withMesh(state, { picked: target?.id });
}
