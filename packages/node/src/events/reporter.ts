import {
  type Engine,
  type LinkId,
  type MemberChange,
  type MemberView,
  type Now,
  type PeerEvent,
  type PeerId,
  shortId,
} from '@hearsay/core';
import type { PeerMember } from '../api.js';
import type { Emitter } from './emitter.js';
import type { Roster } from './roster.js';

/** What the reporter needs. */
export interface ReporterOptions {
  readonly engine: Pick<Engine, 'member'>;
  readonly readNow: () => Now;
  readonly emitter: Emitter;
  readonly roster: Roster;
  readonly wasAbandoned: (link: LinkId) => boolean;
  readonly onSuperseded: (generation: number) => void;
}

/** Turns the engine's events into those an application sees. */
export class Reporter {
  readonly #options: ReporterOptions;

  constructor(options: ReporterOptions) {
    this.#options = options;
  }

  report(event: PeerEvent): void {
    const { emitter } = this.#options;
    switch (event.kind) {
      case 'member':
        this.#member(event.change);
        break;
      case 'meta':
        this.#meta(event.peer, event.meta);
        break;
      case 'link-up':
        emitter.emit('link', {
          id: event.peer,
          up: true,
          address: event.address,
          reason: event.dialled ? 'dialled' : 'accepted',
        });
        break;
      case 'link-down': {
        const { peer: id, reason } = event;
        emitter.emit('link', { id, up: false, address: undefined, reason });
        break;
      }
      case 'refused': {
        const { address, code, reason } = event;
        // The engine cannot tell our own end of a link from theirs.
        const by = this.#options.wasAbandoned(event.link) ? 'us' : event.by;
        emitter.emit('refused', { address, code, reason, by });
        break;
      }
      case 'dial-failed': {
        const { address, attempt, retryMs, detail } = event;
        emitter.emit('dial-failed', { address, attempt, retryMs, detail });
        break;
      }
      case 'isolated':
        emitter.emit('isolated', { isolated: true, lost: event.lost, of: event.of });
        break;
      case 'isolation-ended':
        emitter.emit('isolated', { isolated: false, lost: 0, of: 0 });
        break;
      case 'stalled':
        emitter.emit('stalled', { ms: event.ms });
        break;
      case 'superseded':
        this.#options.onSuperseded(event.generation);
        break;
      case 'gap':
        emitter.emit('gap', { stream: event.stream, from: event.from, to: event.to });
        break;
      case 'retired':
        break; // Of the history, which a person reads from its new end.
      case 'no-room': {
        const message = `no room for messages of ${event.stream}: ${event.limit} streams are kept`;
        emitter.emit('warning', { code: 'no-room', message });
        break;
      }
      case 'equivocation': {
        const who = `${this.#describe(event.peer).nick} (${shortId(event.peer)})`;
        const message = `${who} signed two different things as its message ${event.sequence}; both are kept as proof`;
        emitter.emit('warning', { code: 'equivocation', message });
        break;
      }
      case 'gave-up': {
        const { missing, stream, from, to } = event;
        const message = `messages ${from} to ${to} of ${stream} waited too long for ${missing.sequence} of ${missing.stream}; they come again with it`;
        emitter.emit('warning', { code: 'gave-up', message });
        break;
      }
      case 'caught-up': {
        const { peer: id, messages, tookMs } = event;
        emitter.emit('caught-up', { id, messages, tookMs });
        break;
      }
      case 'lagged': {
        const { peer: id, frames, bytes } = event;
        emitter.emit('lagged', { id, frames, bytes });
        break;
      }
    }
  }

  #member(change: MemberChange): void {
    const { emitter, roster } = this.#options;
    if (emitter.has('member')) {
      const { was, reason, silentMs, agreed, asked } = change;
      const { peer: id, state, generation, incarnation } = change;
      // The engine may be some changes ahead of this event: what it tells wins.
      const member = { ...this.#describe(id), state, generation, incarnation };
      emitter.emit('member', { member, was, reason, silentMs, agreed, asked });
    }
    if (change.reason === 'forgotten') roster.forget(change.peer);
  }

  #meta(peer: PeerId, meta: Uint8Array): void {
    const { emitter, roster } = this.#options;
    const change = roster.set(peer, meta);
    if (change === undefined || !emitter.has('meta')) return;
    emitter.emit('meta', { member: this.#describe(peer), wasNick: change.wasNick });
  }

  #describe(peer: PeerId): PeerMember {
    const { engine, readNow, roster } = this.#options;
    const { monotonicMs } = readNow();
    return roster.describe(engine.member(peer) ?? strangerView(peer, monotonicMs), monotonicMs);
  }
}

/** A member that the engine has just forgotten. */
function strangerView(peer: PeerId, nowMs: number): MemberView {
  return {
    peer,
    generation: 0,
    incarnation: 0,
    state: 'left',
    self: false,
    sinceMs: nowMs,
    meta: new Uint8Array(),
    addresses: [],
    link: undefined,
    rttMs: undefined,
    heardMs: undefined,
    sync: { lacks: 0, ahead: 0, inSync: false, diverged: false, atMs: undefined },
  };
}
