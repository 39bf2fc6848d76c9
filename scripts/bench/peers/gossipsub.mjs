// js-libp2p gossipsub as a system of `npm run bench:broadcast`: TCP, noise, yamux and StrictSign, with
// its defaults but for what is said below. The contract is apps/lab/src/bench/broadcast/system.ts.

// These packages want Node 22 for this function, and nothing else that Node 20 lacks.
// @ts-expect-error it is not in the library that TypeScript knows for Node 20
Promise.withResolvers ??= () => {
  const settle = {};
  const promise = new Promise((resolve, reject) => Object.assign(settle, { resolve, reject }));
  return { promise, ...settle };
};

// Named at run time, as these packages are no part of the workspace: package.json beside this file.
const [libp2p, tcp, noise, yamux, identify, gossipsub, multiaddr] = await Promise.all(
  [
    'libp2p',
    '@libp2p/tcp',
    '@chainsafe/libp2p-noise',
    '@chainsafe/libp2p-yamux',
    '@libp2p/identify',
    '@libp2p/gossipsub',
    '@multiformats/multiaddr',
  ].map((name) => import(name)),
);

const topic = 'bench';
const pollMs = 5;
const connectTimeoutMs = 60_000;

export function createSystem() {
  /** @type {any} the types are where the packages are */
  let node;
  let others = 0;
  let copies = 0;
  const dial = (/** @type {string} */ address) =>
    node.dial(multiaddr.multiaddr(address), { signal: AbortSignal.timeout(connectTimeoutMs) });
  return {
    /** @param {{ size: number, deliver: (payload: Uint8Array) => void }} options */
    async open({ size, deliver }) {
      others = size - 1;
      node = await libp2p.createLibp2p({
        addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
        transports: [tcp.tcp()],
        connectionEncrypters: [noise.noise()],
        streamMuxers: [yamux.yamux()],
        // By default a host accepts five connections a second from one address; all are on one here.
        // And on a busy machine a handshake may take longer than the ten seconds it would wait.
        connectionManager: {
          inboundConnectionThreshold: 10_000,
          maxIncomingPendingConnections: 1_000,
          dialTimeout: connectTimeoutMs,
          inboundUpgradeTimeout: connectTimeoutMs,
          outboundUpgradeTimeout: connectTimeoutMs,
        },
        services: {
          identify: identify.identify(),
          // By default more than ten peers on one address are taken for an attack and ignored.
          pubsub: gossipsub.gossipsub({
            scoreParams: { IPColocationFactorWhitelist: new Set(['127.0.0.1']) },
          }),
        },
      });
      const { pubsub } = node.services;
      const receive = pubsub.handleReceivedMessage.bind(pubsub);
      pubsub.handleReceivedMessage = (/** @type {unknown[]} */ ...args) => {
        copies += 1;
        return receive(...args);
      };
      pubsub.addEventListener('message', (/** @type {any} */ event) => deliver(event.detail.data));
      return String(node.getMultiaddrs()[0]);
    },
    /** @param {readonly string[]} addresses */
    async connect(addresses) {
      // One connection a pair: each dials those before it.
      const own = addresses.indexOf(String(node.getMultiaddrs()[0]));
      // One after the other: a hundred handshakes at once are more than two cores do in time.
      for (const address of addresses.slice(0, own)) await dial(address);
      // Announced earlier, a subscription is lost where the stream is not open yet.
      const { pubsub } = node.services;
      while (pubsub.streamsOutbound.size < others) await sleep(pollMs);
      pubsub.subscribe(topic);
      while (pubsub.getSubscribers(topic).length < others) await sleep(pollMs);
    },
    /** @param {Uint8Array} payload */
    publish: (payload) => node.services.pubsub.publish(topic, payload),
    pressure: () => undefined,
    // It has no flow control of its own; see docs/benchmarks.md for how this value was found.
    aheadMax: 8,
    copies: () => copies,
    details: () => ({ connections: node.getConnections().length }),
  };
}

/** @param {number} milliseconds */
function sleep(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
