import { setTimeout as sleep } from 'node:timers/promises';
import type { Attack, Ending, Scene } from '../attacker/attack.js';
import { Contact } from '../attacker/contact.js';
import {
  OPCODES,
  RawWebSocket,
  upgradeRequest,
  webSocketFrame,
} from '../attacker/raw-web-socket.js';

/** More than any peer keeps for those who have not shown that they belong. */
const CROWD = 300;
const KIB = 1_024;
const MIB = 1_024 * KIB;

/** Attacks by somebody who has no key and only reaches the port. */
export const strangerAttacks: readonly Attack[] = [
  {
    name: 'silent connections',
    as: 'stranger',
    answer: 'bounded',
    because: 'anybody may be slow: at most pendingHandshakesMax, each for handshakeTimeoutMs',
    run: (scene) =>
      crowd(scene, async (contact) => {
        contact.offend();
        await sleep(0);
      }),
  },
  {
    name: 'headers, a byte at a time',
    as: 'stranger',
    answer: 'bounded',
    because: 'as above',
    run: (scene) =>
      crowd(scene, async (contact, target, endMs) => {
        contact.offend();
        for (const byte of Buffer.from(upgradeRequest(target))) {
          if (!contact.open || Date.now() > endMs) return;
          contact.write(Uint8Array.of(byte));
          await sleep(100);
        }
      }),
  },
  {
    name: 'upgrade, then silence',
    as: 'stranger',
    answer: 'bounded',
    because: 'as above',
    run: (scene) =>
      crowd(scene, async (contact, target) => {
        contact.offend();
        contact.write(upgradeRequest(target));
        await sleep(0);
      }),
  },
  {
    name: 'upgrades without end',
    as: 'stranger',
    answer: 'bounded',
    because: 'as above, and pendingPerAddressMax for one address',
    run: upgradeFlood,
  },
  {
    name: 'garbage as first message',
    as: 'stranger',
    answer: 'cut',
    because: 'it opens with no key',
    run: (scene) => firstWords(scene, (socket) => socket.send(Buffer.alloc(64, 0xa5))),
  },
  {
    name: 'a hello in clear',
    as: 'stranger',
    answer: 'cut',
    because: 'frames are read only once they are sealed',
    run: (scene) =>
      firstWords(scene, (socket) => socket.send(Buffer.from('0103485253590101', 'hex'))),
  },
  {
    name: 'an empty first message',
    as: 'stranger',
    answer: 'cut',
    because: 'it names no version',
    run: (scene) => firstWords(scene, (socket) => socket.send(new Uint8Array())),
  },
  {
    name: 'a message of 1 GiB',
    as: 'stranger',
    answer: 'cut',
    because: 'its header claims more than transportBytesMax',
    run: (scene) =>
      firstWords(scene, (socket) => {
        socket.contact.write(webSocketFrame(Buffer.alloc(MIB), { claimedBytes: KIB * MIB }));
      }),
  },
  {
    name: 'fragments without end',
    as: 'stranger',
    answer: 'cut',
    because: 'together they are more than transportBytesMax',
    run: (scene) => firstWords(scene, (socket) => pourFragments(socket, scene.forMs)),
  },
  {
    name: 'text frames',
    as: 'stranger',
    answer: 'cut',
    because: 'nobody speaks text here',
    run: (scene) =>
      firstWords(scene, (socket) => {
        socket.contact.write(
          webSocketFrame(Buffer.from('{"let":"me in"}'), { opcode: OPCODES.text }),
        );
      }),
  },
  {
    name: 'frames with reserved bits',
    as: 'stranger',
    answer: 'cut',
    because: 'no extension was agreed',
    run: (scene) =>
      firstWords(scene, (socket) => {
        socket.contact.write(Buffer.of(0xf2, 0x80, 0, 0, 0, 0));
      }),
  },
  {
    name: 'WebSocket pings without end',
    as: 'stranger',
    answer: 'cut',
    because: 'answers pile up that nobody takes',
    run: (scene) => firstWords(scene, (socket) => pourPings(socket, scene.forMs)),
  },
];

/** Many connections at once, from one address; each does its worst until the time is over. */
function crowd(
  { targets, from, forMs }: Scene,
  worst: (contact: Contact, target: Scene['targets'][number], endMs: number) => Promise<void>,
): Promise<readonly Ending[]> {
  const endMs = Date.now() + forMs;
  const endings = targets.flatMap((target) =>
    Array.from({ length: CROWD }, async () => {
      const contact = await Contact.open(target, from);
      if (contact === undefined) return refusedAtTheDoor;
      contact.socket.resume();
      await worst(contact, target, endMs);
      return contact.ending(Math.max(0, endMs - Date.now()));
    }),
  );
  return Promise.all(endings);
}

/** New upgrades as fast as they are answered. */
async function upgradeFlood({ targets, from, forMs }: Scene): Promise<readonly Ending[]> {
  const WORKERS = 16;
  const endMs = Date.now() + forMs;
  const endings: Ending[] = [];
  const work = async (target: Scene['targets'][number]): Promise<void> => {
    const open: RawWebSocket[] = [];
    while (Date.now() < endMs) {
      const socket = await RawWebSocket.open(target, from);
      if (socket === undefined) {
        endings.push(refusedAtTheDoor);
        continue;
      }
      socket.contact.offend();
      open.push(socket);
      const oldest = open.length > CROWD / WORKERS ? open.shift() : undefined;
      if (oldest !== undefined) endings.push(await oldest.ending(0));
    }
    for (const socket of open) endings.push(await socket.ending(0));
  };
  await Promise.all(
    targets.flatMap((target) => Array.from({ length: WORKERS }, () => work(target))),
  );
  return endings;
}

/** One connection to each target that says the wrong thing first. */
function firstWords(
  { targets, from, forMs }: Scene,
  speak: (socket: RawWebSocket) => unknown,
): Promise<readonly Ending[]> {
  return Promise.all(
    targets.map(async (target) => {
      const socket = await RawWebSocket.open(target, from);
      if (socket === undefined) return refusedAtTheDoor;
      socket.contact.offend();
      await speak(socket);
      return socket.ending(forMs);
    }),
  );
}

async function pourFragments(socket: RawWebSocket, forMs: number): Promise<void> {
  const endMs = Date.now() + forMs;
  const piece = Buffer.alloc(4 * KIB, 7);
  let opcode: number = OPCODES.binary;
  while (socket.open && Date.now() < endMs) {
    socket.contact.write(webSocketFrame(piece, { opcode, fin: false }));
    opcode = OPCODES.continuation;
    await socket.contact.drained();
    await sleep(0);
  }
}

async function pourPings(socket: RawWebSocket, forMs: number): Promise<void> {
  const endMs = Date.now() + forMs;
  const ping = webSocketFrame(Buffer.alloc(100), { opcode: OPCODES.ping });
  const many = Buffer.concat(Array.from({ length: 100 }, () => ping));
  while (socket.open && Date.now() < endMs) {
    socket.contact.write(many);
    await socket.contact.drained();
    await sleep(0);
  }
}

const refusedAtTheDoor: Ending = { cutMs: 0, code: undefined, reason: '' };
