import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { type Now, type PeerId, type Random, seededRandom } from '@hearsay/core';
import type { Peer, PeerPort } from '@hearsay/node';
import { ServicesEngine } from '../engine.js';
import { DEFAULT_SETTINGS, type EngineSettings } from '../engine-settings.js';
import { NAME_BYTES_MAX, SERVICES_PORT } from '../limits.js';
import { guarded } from './guarded.js';
import { PeerServices } from './peer-services.js';
import type { Services, ServicesOptions } from './types.js';

/** As much of a peer as services need. */
export type ServicesPeer = Pick<
  Peer,
  'id' | 'generation' | 'open' | 'on' | 'members' | 'links' | 'http'
>;

/**
 * Opens the services of a peer: what others provide can be called, and what is defined is announced.
 *
 * ```ts
 * const services = openServices(peer);
 * services.define(addition, ({ a, b }) => a + b);
 * await services.call(addition, { a: 5, b: 3 }); // 8
 * ```
 *
 * @throws PeerError `port-taken` when they are open already, `closed`
 */
export function openServices(peer: ServicesPeer, options: ServicesOptions = {}): Services {
  const alive = guarded(options.alive);
  const random = seededRandom(randomBytes(16).toString('hex'));
  let timer: NodeJS.Timeout | undefined;
  let soon: NodeJS.Immediate | undefined;
  const readMs = (): number => performance.now();
  const stopTimers = (): void => {
    clearTimeout(timer);
    clearImmediate(soon);
  };
  // The port is open once the engine is: nothing is posted or asked before.
  const state: { port?: PeerPort; services?: PeerServices } = {};
  const engine = new ServicesEngine(
    {
      peer: peer.id,
      generation: peer.generation,
      random,
      now: () => CLOCK,
      post: (bytes, to) => post(state.port, bytes, to),
      wakeAt: (atMs) => {
        stopTimers();
        const inMs = atMs - readMs();
        if (inMs <= 0) soon = setImmediate(() => engine.wake());
        else {
          timer = setTimeout(() => engine.wake(), Math.ceil(inMs));
          timer.unref(); // What keeps a process alive is its peer.
        }
      },
      sign: (bytes) => portOf(state.port).sign(bytes),
      verify: (by, bytes, signature) => portOf(state.port).verify(by, bytes, signature),
    },
    settingsOf({ ...options, alive }, random, (event) => state.services?.happened(event)),
  );
  state.port = peer.open(SERVICES_PORT, {
    replica: engine.replica,
    received: (from, bytes) => engine.received(from, bytes),
    repaired: () => engine.repaired(),
  });
  const stops = [
    peer.on('link', ({ id, up }) => (up ? engine.linkUp(id) : engine.linkDown(id))),
    peer.on('member', ({ member: { id, state: now } }) => {
      if (now === 'dead' || now === 'left') engine.gone(id);
    }),
    () => state.port?.close(),
    stopTimers,
  ];
  for (const { peer: id } of peer.links()) engine.linkUp(id);
  const services = new PeerServices({
    engine,
    random,
    readMs,
    self: peer.id,
    strategy: options.strategy ?? 'two-choices',
    nickOf: (id) => nickOf(peer, id),
    stops,
  });
  state.services = services;
  stops.push(
    peer.http.liveness('services', alive),
    peer.http.readiness('services', () => services.unready()),
  );
  return services;
}

/** Read when one of its times is: a call asks often, and seldom for both. */
const CLOCK: Now = {
  get monotonicMs() {
    return performance.now();
  },
  get wallMs() {
    return Date.now();
  },
};

function settingsOf(
  options: ServicesOptions & { readonly alive: () => string | undefined },
  random: Random,
  onEvent: EngineSettings['onEvent'],
): EngineSettings {
  const { breaker, budget, health, checks, limits, alive } = options;
  return {
    session: random.next().toString(36) + random.next().toString(36),
    host: (options.host ?? hostname()).slice(0, NAME_BYTES_MAX / 2),
    breaker: { ...DEFAULT_SETTINGS.breaker, ...breaker },
    budget: { ...DEFAULT_SETTINGS.budget, ...budget },
    health: { ...DEFAULT_SETTINGS.health, ...health },
    checks: { ...DEFAULT_SETTINGS.checks, ...checks },
    limits: { ...DEFAULT_SETTINGS.limits, ...limits },
    isLive: () => alive() === undefined,
    onEvent,
  };
}

function post(
  port: PeerPort | undefined,
  bytes: Uint8Array,
  options: Parameters<PeerPort['post']>[1],
): number {
  try {
    return port?.post(bytes, options) ?? 0;
  } catch {
    return 0; // The peer has ended: nobody is there, as after any other loss.
  }
}

function portOf(port: PeerPort | undefined): PeerPort {
  if (port === undefined) throw new Error('services were used before their port was open');
  return port;
}

function nickOf(peer: ServicesPeer, id: PeerId): string | undefined {
  return peer.members().find((member) => member.id === id)?.label;
}
