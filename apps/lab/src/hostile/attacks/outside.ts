import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { peerId } from '@hearsay/core';
import { keyIdOf, NetworkKeys } from '@hearsay/node';
import { DiallerHandshake, encodeAnnouncement, GROUP, linkIdentity } from '@hearsay/node/wire';
import type { Attack, Ending, Scene, Target } from '../attacker/attack.js';
import { Offender } from '../attacker/offender.js';
import { RawWebSocket } from '../attacker/raw-web-socket.js';

const LOOPBACK = '127.0.0.1';
const REFUSED: Ending = { cutMs: 0, code: undefined, reason: '' };
const KEY_BYTES = 32;
/** Datagrams at once, then a breath, as fast as one process can. */
const TOGETHER = 200;

/** What a stranger tries who knows how links are made, or who has listened on the wire. */
export const outsideAttacks: readonly Attack[] = [
  {
    name: 'a handshake with a wrong key',
    as: 'stranger',
    answer: 'cut',
    because: 'the first message does not open',
    run: (scene) =>
      withEach(scene, async (socket) => {
        const handshake = handshakeOf({ ...scene, networkKey: randomBytes(KEY_BYTES) });
        socket.contact.offend();
        socket.send(handshake.begin());
        await sleep(0);
      }),
  },
  {
    name: 'a recorded handshake, once more',
    as: 'stranger',
    answer: 'cut',
    because: 'the answer is another each time, so the last message does not open',
    run: (scene) =>
      withEach(scene, async (socket, target) => {
        const recorded = await record(scene, target);
        socket.send(recorded.first);
        await socket.next();
        socket.contact.offend();
        socket.send(recorded.last);
      }),
  },
  {
    name: 'announcements without end',
    as: 'stranger',
    answer: 'bounded',
    because: 'datagramsPerSecondMax are read, announcersMax remembered',
    run: (scene) => announce(scene, () => randomBytes(200)),
  },
  {
    name: 'lying announcements without end',
    as: 'stranger',
    answer: 'bounded',
    because: 'addressesMax, dialsPendingMax; whoever is dialled has to prove itself',
    leavesTraces: true,
    run: (scene) =>
      announce(scene, (count) =>
        encodeAnnouncement({
          network: scene.network,
          // Every honest announcement tells it.
          key: keyIdOf(Buffer.from(scene.networkKey)),
          peer: peerId(randomBytes(KEY_BYTES).toString('hex')),
          generation: 1,
          addresses: [`${LOOPBACK}:${1_024 + (count % 60_000)}`],
        }),
      ),
  },
];

function handshakeOf({ network, networkKey }: Pick<Scene, 'network' | 'networkKey'>) {
  const { keys } = new Offender(network);
  const keyring = NetworkKeys.of(Buffer.from(networkKey));
  return new DiallerHandshake(linkIdentity(keys, network, keyring));
}

function withEach(
  { targets, from, forMs }: Scene,
  act: (socket: RawWebSocket, target: Target) => Promise<void>,
): Promise<readonly Ending[]> {
  return Promise.all(
    targets.map(async (target) => {
      const socket = await RawWebSocket.open(target, from);
      if (socket === undefined) return REFUSED;
      await act(socket, target);
      return socket.ending(forMs);
    }),
  );
}

/** What somebody on the wire could keep of a handshake that succeeded. */
async function record(scene: Scene, target: Target) {
  const handshake = handshakeOf(scene);
  const first = Buffer.from(handshake.begin());
  const socket = await RawWebSocket.open(target, scene.from);
  socket?.send(first);
  const answer = await socket?.next();
  const step = answer === undefined ? undefined : handshake.receive(answer);
  socket?.contact.destroy();
  if (step?.kind !== 'done' || step.bytes === undefined) throw new Error('nothing to record');
  return { first, last: step.bytes };
}

async function announce(
  { discoveryPort, forMs }: Scene,
  datagram: (count: number) => Uint8Array,
): Promise<readonly Ending[]> {
  const socket = createSocket('udp4');
  socket.bind(0, LOOPBACK);
  await once(socket, 'listening');
  socket.setMulticastInterface(LOOPBACK);
  const endMs = Date.now() + forMs;
  for (let count = 0; Date.now() < endMs; count += 1) {
    socket.send(datagram(count), discoveryPort, GROUP, () => undefined);
    if (count % TOGETHER === 0) await sleep(1);
  }
  socket.close();
  return [];
}
