import { randomBytes } from 'node:crypto';
import { DEFAULT_LIMITS, type PeerId, peerId, type StreamId, streamId } from '@hearsay/core';
import { type ClockEntry, encodeFrame, readBatch } from '@hearsay/core/wire';
import type { Attack, Scene, Target } from '../attacker/attack.js';
import type { MemberLink } from '../attacker/member-link.js';
import { pour } from './member-actions.js';

const FAR = 2 ** 47;
/** Honest peers here are fresh. */
const GENERATION = 1;
/** Entries of one frame: as many as it may hold. */
const ENTRIES = 256;
/** Messages ahead of the last one heard that are announced before anybody wrote them. */
const AHEAD = 8;

const invented = (): PeerId => peerId(randomBytes(32).toString('hex'));

/** Streams of everybody but the one spoken to, who knows what it wrote. */
function streamsOfOthers({ honest }: Scene, target: Target): StreamId[] {
  const others = honest.filter(({ id }) => id !== target.id);
  return others.map(({ id }) => streamId(peerId(id), GENERATION));
}

/** Remembers the last message of each author that a link brought. */
function listen(link: MemberLink): ReadonlyMap<StreamId, number> {
  const last = new Map<StreamId, number>();
  link.onFrame = (frame) => {
    if (frame.kind !== 'batch' && frame.kind !== 'relay') return;
    const { origin, generation, firstSequence, count } = readBatch(frame.bytes, DEFAULT_LIMITS);
    last.set(streamId(origin, generation), firstSequence + count - 1);
  };
  return last;
}

/** Says something about what was heard on each link, over and over. */
function echo(
  scene: Scene,
  say: (heard: ReadonlyMap<StreamId, number>, target: Target) => Uint8Array,
) {
  const heard = new Map<MemberLink, ReadonlyMap<StreamId, number>>();
  return pour(
    scene,
    (link) => {
      const known = heard.get(link) ?? listen(link);
      heard.set(link, known);
      return say(known, link.target);
    },
    { everyMs: 5 },
  );
}

/** A member lies about what it could relay: see `packages/core/src/broadcast/announcers.ts`. */
export const announcerAttacks: readonly Attack[] = [
  {
    name: 'announcing batches that never were',
    as: 'member',
    answer: 'bounded',
    because: 'announcedPerLinkMax are remembered; who serves nothing is ignored for a while',
    run: (scene) => {
      let number = FAR;
      return pour(
        scene,
        (link) => {
          const streams = streamsOfOthers(scene, link.target);
          const batches = Array.from({ length: ENTRIES }, (_, index): ClockEntry => {
            number += 1;
            const stream = streams[index % (streams.length + 1)] ?? streamId(invented(), 1);
            return [stream, number];
          });
          return encodeFrame({ kind: 'ihave', batches });
        },
        { everyMs: 5 },
      );
    },
  },
  {
    name: 'announcing first, and never serving',
    as: 'member',
    answer: 'bounded',
    because: 'as above; another that announced it is asked, and sync brings the rest',
    run: (scene) =>
      echo(scene, (heard, target) => {
        const others = [...heard].filter(([stream]) => !stream.startsWith(target.id));
        const batches = others.flatMap(([stream, last]) =>
          Array.from({ length: AHEAD }, (_, index): ClockEntry => [stream, last + 1 + index]),
        );
        return encodeFrame({ kind: 'ihave', batches });
      }),
  },
  {
    name: 'grafts without end',
    as: 'member',
    answer: 'bounded',
    because: 'pullBytesMax a second in answer to them',
    run: (scene) =>
      echo(scene, (heard) => {
        const known = [...heard];
        const batches = Array.from(
          { length: known.length === 0 ? 0 : ENTRIES },
          (_, index) => known[index % known.length] ?? ([streamId(invented(), 1), 1] as const),
        );
        return encodeFrame({ kind: 'graft', batches });
      }),
  },
  {
    name: 'pruning everybody',
    as: 'member',
    answer: 'bounded',
    because: 'it is left out itself, and nobody else',
    run: (scene) => {
      const honest = scene.honest.map(({ id }) => peerId(id));
      return pour(
        scene,
        () => {
          const strangers = Array.from({ length: ENTRIES - honest.length }, invented);
          return encodeFrame({ kind: 'prune', origins: [...honest, ...strangers] });
        },
        { everyMs: 5 },
      );
    },
  },
];
