import type { PeerId } from '@hearsay/core';
import type { Peer, PeerPort } from '@hearsay/node';
import { isVisitor } from '../chat/names.js';
import type { Place } from '../chat/place.js';
import { SIGNALS_PORT } from './limits.js';
import { Rate } from './rate.js';
import { decodeSignal, encodeSignal, type Signal, type VerdictState } from './signal.js';
import { type Typist, Typists } from './typists.js';

/** A neighbour holds a run of a peer for something since it told, which was just now. */
export interface Verdict {
  readonly by: PeerId;
  readonly peer: PeerId;
  readonly generation: number;
  readonly state: VerdictState;
}

export interface SignalsOptions {
  readonly peer: Peer;
  /** Tells when we type, and shows who does: both, or neither. */
  readonly typing: boolean;
}

/**
 * What chat programs tell their neighbours beside the messages, on a port of their own: who is
 * typing, and who holds whom for dead, so that a screen can say who noticed. Nothing of it is kept
 * or passed on, and nothing is missed where it is lost.
 */
export class Signals {
  readonly #peer: Peer;
  readonly #typing: boolean;
  readonly #port: PeerPort;
  readonly #typists = new Typists();
  readonly #told = new Rate();
  readonly #taken = new Map<PeerId, Rate>();
  readonly #stops: (() => void)[] = [];
  readonly #onTyping = new Set<(typists: readonly Typist[]) => void>();
  readonly #onVerdict = new Set<(verdict: Verdict) => void>();
  #timer: NodeJS.Timeout | undefined;

  constructor({ peer, typing }: SignalsOptions) {
    this.#peer = peer;
    this.#typing = typing;
    this.#port = peer.open(SIGNALS_PORT, {
      received: (from, bytes) => this.#received(from, bytes),
    });
    this.#stops.push(
      peer.on('member', ({ member, was }) => {
        if (member.self || isVisitor(member)) return;
        const { state } = member;
        if (state !== 'alive') this.#typistsChanged(this.#typists.stopped(member.id));
        const isKnown = was === 'alive' || was === 'suspect' || was === 'dead';
        if (!isKnown || was === state || state === 'left' || state === 'joining') return;
        this.#post({ kind: 'verdict', peer: member.id, generation: member.generation, state });
      }),
      peer.on('link', ({ id, up }) => {
        if (!up) this.#taken.delete(id);
      }),
      peer.on('message', ({ from }) => this.#typistsChanged(this.#typists.stopped(from.id))),
    );
  }

  /** Tells that we type there; undefined: nowhere any more. */
  typing(place: Place | undefined): void {
    if (!this.#typing) return;
    if (place?.kind === 'direct') {
      return this.#post({ kind: 'typing', where: { kind: 'direct' } }, place.peer);
    }
    this.#post({ kind: 'typing', where: place ?? { kind: 'nowhere' } });
  }

  /** Calls back whenever somebody begins or ends to type, with all who do. */
  onTyping(listener: (typists: readonly Typist[]) => void): void {
    this.#onTyping.add(listener);
  }

  /** Calls back when a neighbour changed its mind about a peer. */
  onVerdict(listener: (verdict: Verdict) => void): void {
    this.#onVerdict.add(listener);
  }

  /** Idempotent. */
  close(): void {
    clearTimeout(this.#timer);
    for (const stop of this.#stops.splice(0)) stop();
    this.#onTyping.clear();
    this.#onVerdict.clear();
    this.#port.close();
  }

  #post(signal: Signal, to?: PeerId): void {
    if (!this.#told.allows(performance.now())) return;
    this.#port.post(encodeSignal(signal), to === undefined ? {} : { to });
  }

  #received(from: PeerId, bytes: Uint8Array): void {
    const signal = decodeSignal(bytes);
    if (signal === undefined || !this.#takes(from)) return;
    switch (signal.kind) {
      case 'typing':
        if (!this.#typing) return;
        return this.#typistsChanged(this.#typists.told(from, signal.where, performance.now()));
      case 'verdict': {
        const { peer, generation, state } = signal;
        for (const tell of this.#onVerdict) tell({ by: from, peer, generation, state });
      }
    }
  }

  /** One entry a neighbour: gone with its link. */
  #takes(from: PeerId): boolean {
    const rate = this.#taken.get(from) ?? new Rate();
    this.#taken.set(from, rate);
    return rate.allows(performance.now());
  }

  #typistsChanged(changed: boolean): void {
    clearTimeout(this.#timer);
    const wakeMs = this.#typists.wakeAtMs;
    if (wakeMs !== undefined) {
      this.#timer = setTimeout(
        () => this.#typistsChanged(this.#typists.tick(performance.now())),
        Math.max(1, wakeMs - performance.now()),
      );
    }
    if (!changed) return;
    for (const tell of this.#onTyping) tell(this.#typists.all);
  }
}
