import { DEFAULT_LIMITS, type Effect, type LinkId, type PeerId, type Signer } from '@hearsay/core';
import { decodeFrames, encodeFrame, type Frame } from '@hearsay/core/wire';
import type { Disguise } from '../../src/index.js';

/** What leaves in place of a frame. */
export type Lie = (frame: Frame, to: PeerId | undefined, signer: Signer) => readonly Uint8Array[];

/** An engine whose frames all pass through a lie before they leave. */
export function liar(lie: Lie): Disguise {
  return (engine, signer) => {
    const peers = new Map<LinkId, PeerId>();
    const disguise = (effect: Effect): readonly Effect[] => {
      if (effect.kind === 'event' && effect.event.kind === 'link-up') {
        peers.set(effect.event.link, effect.event.peer);
      }
      if (effect.kind !== 'send') return [effect];
      return [...decodeFrames(effect.bytes, DEFAULT_LIMITS)].flatMap((frame) => {
        if (frame.kind === 'foreign') return [];
        const frames = lie(frame, peers.get(effect.link), signer);
        return frames.map((bytes) => ({ ...effect, bytes }));
      });
    };
    return {
      handle: (input, now) => engine.handle(input, now).flatMap(disguise),
      status: (now) => engine.status(now),
      member: (peer) => engine.member(peer),
      edges: (link) => engine.edges(link),
      holdings: (peer) => engine.holdings(peer),
      receipt: (id) => engine.receipt(id),
      history: (topic, limit) => engine.history(topic, limit),
      counters: () => engine.counters(),
    };
  };
}

export function truth(frame: Frame): readonly Uint8Array[] {
  return [encodeFrame(frame)];
}
