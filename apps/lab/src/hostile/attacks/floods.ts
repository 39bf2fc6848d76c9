import { setTimeout as sleep } from 'node:timers/promises';
import { peerId, streamId } from '@hearsay/core';
import { encodeFrame } from '@hearsay/core/wire';
import type { Attack, Ending, Scene, Target } from '../attacker/attack.js';
import { MemberLink } from '../attacker/member-link.js';
import { chatPayload, metaOf, Offender } from '../attacker/offender.js';
import { OPCODES, webSocketFrame } from '../attacker/raw-web-socket.js';
import { pour, sayOnce, turnedAway } from './member-actions.js';

const LOG_REPLICA = 0;
const YEAR_MS = 31_536_000_000;
const ZERO = { high: 0, low: 0 };
const NEVER = streamId(peerId('ab'.repeat(32)), 1);
/** A clock (0) without entries. */
const EMPTY_SUMMARY = Uint8Array.of(0, 0);
/** Batches a message: enough to keep the receiver busy, few enough for its bounds. */
const TOGETHER = 50;

const many = (frame: Uint8Array, times: number) =>
  Buffer.concat(Array.from({ length: times }, () => frame));

/** A member does too much of what members do. */
export const floodAttacks: readonly Attack[] = [
  {
    name: 'messages at full speed',
    as: 'member',
    answer: 'bounded',
    because: 'linkFramesPerSecondMax and linkBytesPerSecondMax; members are trusted not to',
    leavesTraces: true,
    isTrusted: true,
    run: (scene) => {
      const payload = Buffer.alloc(100, 0x2e);
      const everybody = { ...scene, targets: scene.honest };
      return pour(everybody, (_link, offender, round) => {
        const records = Array.from({ length: TOGETHER }, () => ({
          topic: 'noise',
          payload,
          time: { ms: Date.now(), counter: 0 },
        }));
        const bytes = offender.batch({ firstSequence: 1 + round * TOGETHER, records });
        return encodeFrame({ kind: 'batch', bytes });
      });
    },
  },
  {
    name: 'messages whose predecessors never come',
    as: 'member',
    answer: 'bounded',
    because: 'holdBackBatchesMax, and a part of it for one author',
    leavesTraces: true,
    run: (scene) =>
      pourBatches(scene, (offender, index) => offender.batch({ firstSequence: 2 + index })),
  },
  {
    name: 'messages whose causes never come',
    as: 'member',
    answer: 'bounded',
    because: 'as above',
    leavesTraces: true,
    run: (scene) =>
      pourBatches(scene, (offender, index) =>
        offender.batch({ firstSequence: 1 + index, causes: [[NEVER, 7]] }),
      ),
  },
  {
    name: 'messages from next year',
    as: 'member',
    answer: 'bounded',
    because: 'no clock follows it further than clockSkewMaxMs',
    run: (scene) =>
      sayOnce({ ...scene, forMs: 500 }, (link, offender) => {
        const time = { ms: Date.now() + YEAR_MS, counter: 0 };
        const records = [{ topic: 'room/lobby', payload: chatPayload('happy new year'), time }];
        link.say({ kind: 'batch', bytes: offender.batch({ records }) });
      }),
  },
  {
    name: 'two contents for one message',
    as: 'member',
    answer: 'bounded',
    because: 'both are kept as proof and told, the first one stays',
    leavesTraces: true,
    run: equivocate,
  },
  {
    name: 'escapes in nick, text and reason',
    as: 'member',
    answer: 'bounded',
    because: 'nothing that a terminal obeys is printed',
    run: escapes,
  },
  {
    name: 'a reader that never reads',
    as: 'member',
    answer: 'bounded',
    because: 'bulkQueueBytesMax and controlQueueBytesMax wait for it, then it is overloaded',
    run: (scene) =>
      sayOnce(scene, async (link) => {
        link.socket.contact.socket.pause();
        const endMs = Date.now() + scene.forMs;
        const wants = encodeFrame({ kind: 'want', replica: LOG_REPLICA, summary: EMPTY_SUMMARY });
        while (link.open && Date.now() < endMs) {
          link.saySealed(wants);
          await sleep(5);
        }
      }),
  },
  ...(
    [
      [
        'pulls without end',
        'logAnswerBurstBytes and logAnswerBytesPerSecond, one answer in answerIntervalMs',
        encodeFrame({ kind: 'want', replica: LOG_REPLICA, summary: EMPTY_SUMMARY }),
      ],
      [
        'table-wants without end',
        'one answer in half of tablePullMs',
        encodeFrame({ kind: 'table-want' }),
      ],
      [
        'offers without end',
        'linkFramesPerSecondMax',
        encodeFrame({ kind: 'offer', replica: LOG_REPLICA, hash: ZERO, reply: true }),
      ],
      [
        'pings without end',
        'linkFramesPerSecondMax',
        encodeFrame({ kind: 'ping', nonce: 1, state: ZERO, table: 0 }),
      ],
    ] as const
  ).map(
    ([name, because, frame]): Attack => ({
      name,
      as: 'member',
      answer: 'bounded',
      because,
      run: (scene) => pour(scene, () => many(frame, 200)),
    }),
  ),
  {
    name: 'probes of others without end',
    as: 'member',
    answer: 'bounded',
    because: 'relaysPerLinkMax and relaysPerSecondMax',
    run: (scene) =>
      pour(scene, (link) => {
        const other = scene.honest.find(({ id }) => id !== link.target.id);
        const target = peerId(other?.id ?? '');
        return many(encodeFrame({ kind: 'ping-request', nonce: 5, target }), 100);
      }),
  },
  {
    name: 'empty WebSocket fragments without end',
    as: 'member',
    answer: 'cut',
    because: 'the library counts fragments',
    run: (scene) =>
      sayOnce(scene, async (link) => {
        const endMs = Date.now() + scene.forMs;
        const nothing = new Uint8Array();
        const piece = webSocketFrame(nothing, { opcode: OPCODES.continuation, fin: false });
        link.socket.contact.write(webSocketFrame(nothing, { fin: false }));
        while (link.open && Date.now() < endMs) {
          link.socket.contact.write(many(piece, 1_000));
          await link.drained();
          await sleep(0);
        }
      }),
  },
  {
    name: '200 members at once',
    as: 'member',
    answer: 'bounded',
    because: 'linksMax; links that are open stay',
    leavesTraces: true,
    run: swarm,
  },
];

/** Tells one half of the mesh one thing, and the other half another. */
/** Batches without a pause, `TOGETHER` in a message. @param make a batch by its number, from 0 */
function pourBatches(
  scene: Scene,
  make: (offender: Offender, index: number) => Uint8Array,
): Promise<readonly Ending[]> {
  return pour(scene, (_link, offender, round) => {
    const frames = Array.from({ length: TOGETHER }, (_, index) =>
      encodeFrame({ kind: 'batch', bytes: make(offender, round * TOGETHER + index) }),
    );
    return Buffer.concat(frames);
  });
}

function equivocate(scene: Scene): Promise<readonly Ending[]> {
  return sayOnce({ ...scene, targets: scene.honest }, (link, offender) => {
    const index = scene.honest.findIndex(({ id }) => id === link.target.id);
    const text = index % 2 === 0 ? 'I vote yes' : 'I vote no';
    link.say({ kind: 'batch', bytes: offender.batch({ texts: [text] }) });
    setTimeout(() => {
      const other = index % 2 === 0 ? 'I vote no' : 'I vote yes';
      link.say({ kind: 'batch', bytes: offender.batch({ texts: [other] }) });
    }, 200);
  });
}

/** Everything a person may be shown: a nick, a text, a room, and the words with which a link ends. */
function escapes(scene: Scene): Promise<readonly Ending[]> {
  const nasty = '\u001b[2J\u001b]0;owned\u0007\u009b31m\u202eevil\u0000\r\nana  I never said this';
  const ends = { ...scene, forMs: 500 };
  return sayOnce(
    ends,
    (link, offender) => {
      const texts = [nasty, `\u001b]52;c;ZXZpbA==\u0007`, '\u001bc', `x${nasty}`];
      link.say({ kind: 'batch', bytes: offender.batch({ texts }) });
      setTimeout(() => {
        const reason = Buffer.concat([Buffer.of(0x11, 0x94), Buffer.from(`\u001b[2J${'\u202e'}`)]);
        link.socket.contact.write(webSocketFrame(reason, { opcode: OPCODES.close }));
      }, 300);
    },
    (offender) => offender.record({ meta: metaOf('\u001b[31m\u202ebad\u0007\n') }),
  );
}

function swarm(scene: Scene): Promise<readonly Ending[]> {
  const MEMBERS = 200;
  const endMs = Date.now() + scene.forMs;
  const join = async (offender: Offender, target: Target): Promise<Ending> => {
    const hello = offender.record({ meta: metaOf(`m${offender.id.slice(0, 4)}`) });
    const link = await MemberLink.open(target, { scene, offender, hello });
    if (link === undefined) return turnedAway;
    link.offend();
    return link.ending(Math.max(0, endMs - Date.now()));
  };
  const offenders = Array.from({ length: MEMBERS }, () => new Offender(scene.network));
  const endings = offenders.flatMap((each) => scene.targets.map((target) => join(each, target)));
  return Promise.all(endings);
}
