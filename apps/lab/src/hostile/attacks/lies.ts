import { randomBytes } from 'node:crypto';
import { peerId, streamId } from '@hearsay/core';
import { encodeFrame, encodeLogDeltaItem, type MemberUpdate } from '@hearsay/core/wire';
import type { Attack, Scene, Target } from '../attacker/attack.js';
import type { MemberLink } from '../attacker/member-link.js';
import { Offender } from '../attacker/offender.js';
import { pour, sayOnce } from './member-actions.js';

const FAR = 2 ** 47;
const HOUR_MS = 3_600_000;
const LOG_REPLICA = 0;
/** A restart is the first generation of a profile, and honest peers here are fresh. */
const HONEST_GENERATION = 1;
const INVENTED = 10_000;
const INVENTED_A_FRAME = 40;
const ZERO = { high: 0, low: 0 };

const honestId = ({ id }: Target) => peerId(id);
const honestStream = (target: Target) => streamId(peerId(target.id), HONEST_GENERATION);

/** A batch that another honest peer never made, or undefined where there is no other. */
function inTheNameOfAnother(
  scene: Scene,
  link: MemberLink,
  offender: Offender,
): Uint8Array | undefined {
  const [other] = ofOthers(scene, link.target);
  if (other === undefined) return undefined;
  return offender.batch({
    origin: honestId(other),
    generation: HONEST_GENERATION,
    firstSequence: FAR,
    texts: ['I owe mallory 100'],
  });
}

/** Says something of every honest peer but the one it says it to. */
function ofOthers(scene: Scene, target: Target): readonly Target[] {
  return scene.honest.filter(({ id }) => id !== target.id);
}

const inventedId = () => peerId(randomBytes(32).toString('hex'));

/** A member speaks as others, of others, and of what never was. */
export const lieAttacks: readonly Attack[] = [
  {
    name: "another's id",
    as: 'member',
    answer: 'cut',
    because: 'its key is not that of the id',
    run: (scene) =>
      sayOnce(
        scene,
        () => undefined,
        () => ({ peer: peerId(scene.honest[1]?.id ?? '') }),
      ),
  },
  {
    name: 'a clock an hour off',
    as: 'member',
    answer: 'cut',
    because: 'more than clockSkewMaxMs',
    run: (scene) =>
      sayOnce(
        scene,
        () => undefined,
        () => ({ wallMs: Date.now() + HOUR_MS }),
      ),
  },
  {
    name: 'another network by name',
    as: 'member',
    answer: 'cut',
    because: 'peers of another network are refused',
    run: (scene) =>
      sayOnce(
        scene,
        () => undefined,
        () => ({ network: 'elsewhere' }),
      ),
  },
  {
    name: 'a message under the name of another',
    as: 'member',
    answer: 'cut',
    because: 'its author did not sign it',
    run: (scene) =>
      sayOnce(scene, (link, offender) => {
        const bytes = inTheNameOfAnother(scene, link, offender);
        if (bytes !== undefined) link.say({ kind: 'batch', bytes });
      }),
  },
  {
    name: 'the same in an answer to a pull',
    as: 'member',
    answer: 'cut',
    because: 'whoever passes on a batch has checked it',
    run: (scene) =>
      sayOnce(scene, (link, offender) => {
        const bytes = inTheNameOfAnother(scene, link, offender);
        if (bytes === undefined) return;
        const delta = encodeLogDeltaItem({ kind: 'batch', bytes });
        link.say({ kind: 'delta', replica: LOG_REPLICA, bytes: delta });
      }),
  },
  {
    name: 'a real message under another number',
    as: 'member',
    answer: 'cut',
    because: 'the number is signed too',
    run: renumber,
  },
  {
    name: "a floor under another's messages",
    as: 'member',
    answer: 'bounded',
    because: 'nobody skips what its author has not signed beyond',
    leavesTraces: true,
    run: (scene) =>
      pour(
        scene,
        (link) => {
          const items = ofOthers(scene, link.target).map((other) =>
            encodeLogDeltaItem({
              kind: 'floor',
              stream: honestStream(other),
              floor: 1_000_000,
              chain: ZERO,
              causes: [],
            }),
          );
          return encodeFrame({ kind: 'delta', replica: LOG_REPLICA, bytes: Buffer.concat(items) });
        },
        { everyMs: 50 },
      ),
  },
  {
    name: "a 'have' far beyond what was said",
    as: 'member',
    answer: 'bounded',
    because: 'it is asked for what it claims to hold, five times, and then no more',
    run: (scene) =>
      pour(
        scene,
        (link) =>
          encodeFrame({
            kind: 'have',
            entries: ofOthers(scene, link.target).map(
              (other) => [honestStream(other), FAR] as const,
            ),
          }),
        { everyMs: 20 },
      ),
  },
  {
    name: "a 'have' of 2,048 streams that never were",
    as: 'member',
    answer: 'cut',
    because: 'strangeStreamsPerLinkMax are remembered; nobody keeps more than streamsMax',
    leavesTraces: true,
    run: (scene) =>
      pour(
        scene,
        () =>
          Buffer.concat(
            Array.from({ length: 8 }, () =>
              encodeFrame({
                kind: 'have',
                entries: Array.from({ length: 256 }, () => [streamId(inventedId(), 1), 9] as const),
              }),
            ),
          ),
        { everyMs: 20 },
      ),
  },
  {
    name: 'everybody is dead',
    as: 'member',
    answer: 'bounded',
    because: 'who is heard is not buried, and refutes',
    leavesTraces: true,
    run: accuseAll,
  },
  {
    name: 'everybody restarted',
    as: 'member',
    answer: 'cut',
    because: 'only a member itself says so, signed',
    run: (scene) =>
      sayOnce(scene, (link, offender) => {
        const updates = scene.honest.map((other) => ({
          ...updateAbout(other, offender),
          generation: 99,
          from: honestId(other),
        }));
        link.say({ kind: 'updates', updates });
      }),
  },
  {
    name: 'everybody left',
    as: 'member',
    answer: 'cut',
    because: 'only a member itself says so, signed',
    run: (scene) =>
      sayOnce(scene, (link, offender) => {
        const updates = ofOthers(scene, link.target).map((other) => ({
          ...updateAbout(other, offender),
          state: 'left' as const,
          from: honestId(other),
        }));
        link.say({ kind: 'updates', updates });
      }),
  },
  {
    name: 'incarnations at the end of numbers',
    as: 'member',
    answer: 'cut',
    because: 'only a member itself raises it, signed',
    run: (scene) =>
      sayOnce(scene, (link, offender) => {
        const updates = scene.honest.map((other) => ({
          ...updateAbout(other, offender),
          incarnation: 2 ** 32 - 1,
          state: 'suspect' as const,
        }));
        link.say({ kind: 'updates', updates });
      }),
  },
  {
    name: '10,000 members that never were',
    as: 'member',
    answer: 'bounded',
    because: 'membersMax; whoever was never met makes room for who comes in person',
    leavesTraces: true,
    run: inventMembers,
  },
  {
    name: 'addresses of others as its own',
    as: 'member',
    answer: 'bounded',
    because: 'ADDRESSES_PER_FRAME_MAX; where a link leads to another already, nobody is dialled',
    leavesTraces: true,
    run: (scene) => {
      const addresses = scene.honest.map(({ host, port }) => `${host}:${port}`);
      const offenders = Array.from({ length: 20 }, () => new Offender(scene.network));
      return pour(
        scene,
        (_link, _offender, round) => {
          const liar = offenders[round % offenders.length] ?? new Offender(scene.network);
          const update = {
            peer: liar.id,
            state: 'alive',
            from: liar.id,
            ...liar.record({ addresses }),
          } as const;
          return encodeFrame({ kind: 'updates', updates: [update] });
        },
        { everyMs: 20 },
      );
    },
  },
];

/** What is known of an honest peer, as far as a liar knows it. */
function updateAbout(other: Target, offender: Offender): MemberUpdate {
  return {
    peer: honestId(other),
    state: 'alive',
    from: offender.id,
    ...offender.record(),
    generation: HONEST_GENERATION,
  };
}

/** Takes the newest signed word of everybody, and says each time that its author is dead. */
function accuseAll(scene: Scene) {
  const words = new Map<string, MemberUpdate>();
  return pour(
    scene,
    (link, offender) => {
      link.onFrame = (frame) => {
        if (frame.kind !== 'updates') return;
        for (const update of frame.updates) words.set(update.peer, update);
      };
      const updates = ofOthers(scene, link.target).flatMap(({ id }) => {
        const word = words.get(id);
        return word === undefined ? [] : [{ ...word, state: 'dead' as const, from: offender.id }];
      });
      return encodeFrame({ kind: 'updates', updates });
    },
    { everyMs: 20 },
  );
}

function inventMembers(scene: Scene) {
  let invented = 0;
  return pour(scene, () => {
    // What they say of themselves is well signed: an identity costs nothing.
    const updates = Array.from(
      { length: invented < INVENTED ? INVENTED_A_FRAME : 0 },
      (_, index) => {
        const liar = new Offender(scene.network);
        const record = liar.record({ addresses: [`127.9.${index}.1:9`] });
        return { peer: liar.id, state: 'alive' as const, from: liar.id, ...record };
      },
    );
    invented += updates.length;
    return encodeFrame({ kind: 'updates', updates });
  });
}

/** Waits for a message of an honest peer, and passes it on under another number. */
function renumber(scene: Scene) {
  const SEQUENCE_OFFSET = 2 + 64 / 2 - 1;
  return sayOnce(scene, async (link) => {
    const bytes = await new Promise<Uint8Array>((resolve) => {
      link.onFrame = (frame) => {
        if (frame.kind === 'batch') resolve(frame.bytes.slice());
      };
    });
    // origin (a length and 32 bytes), generation (one byte here), then the number.
    bytes[SEQUENCE_OFFSET + 1] = (bytes[SEQUENCE_OFFSET + 1] ?? 0) ^ 0x40;
    link.say({ kind: 'batch', bytes });
  });
}
