import { createPeer, NetworkKeys, type Peer } from '@hearsay/node';
import { benchKey } from '../../bench-key.js';
import type { BroadcastSystem, OpenOptions } from '../system.js';

const topic = 'bench';
const connectTimeoutMs = 60_000;

/** The peer of this repository, with its defaults. */
export function createSystem(): BroadcastSystem {
  let peer: Peer | undefined;
  let others = 0;
  let congested = false;
  let received = 0;
  const open = () => {
    if (peer === undefined) throw new Error('not open');
    return peer;
  };
  return {
    async open({ index, size, network, folder, deliver }: OpenOptions) {
      others = size - 1;
      peer = await createPeer({
        nick: `peer-${index}`,
        network,
        keys: NetworkKeys.of(benchKey),
        port: 0,
        discover: false,
        runFolder: folder,
      });
      peer.on('message', ({ own, payload }) => {
        if (own) return;
        received += 1;
        deliver(payload);
      });
      return `127.0.0.1:${peer.port}`;
    },
    async connect([first = '']) {
      // The first is enough: the others are learnt from it.
      if (first !== `127.0.0.1:${open().port}`) open().join(first);
      await linkedWith(open(), others);
    },
    publish(payload) {
      congested = open().publish(topic, payload).congested;
      return undefined;
    },
    pressure() {
      if (!congested) return undefined;
      congested = false; // The next publish tells anew.
      return open().drained();
    },
    aheadMax: undefined,
    copies() {
      const { batchesDelivered, batchesDuplicate } = open().counters();
      // Batches are what is sent. Our own are counted as delivered too, so the surplus is scaled by
      // those of the others: as all publish alike in a flood, their share.
      const ofOthers = (batchesDelivered * others) / (others + 1);
      return received * (1 + (ofOthers === 0 ? 0 : batchesDuplicate / ofOthers));
    },
    details: () => ({ ...open().counters() }),
  };
}

/** Resolves when there is a link with that many others. */
function linkedWith(peer: Peer, others: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const linked = () => peer.members().filter(({ self, link }) => !self && link !== 'none').length;
    const settle = (end: () => void) => {
      clearTimeout(timer);
      stop();
      end();
    };
    const look = () => {
      if (linked() >= others) settle(resolve);
    };
    const timer = setTimeout(
      () => settle(() => reject(new Error(`linked with ${linked()} of ${others}`))),
      connectTimeoutMs,
    );
    const stop = peer.on('link', look);
    look();
  });
}
