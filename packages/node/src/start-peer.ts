import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import {
  type Engine,
  type EngineOptions,
  type Now,
  parseStreamId,
  type StreamId,
  seededRandom,
} from '@hearsay/core';
import type { Peer, PeerOptions } from './api.js';
import { Ed25519Signer } from './crypto/ed25519-signer.js';
import { loadCrypto } from './crypto/noise.js';
import { internalError } from './engine-errors.js';
import { PeerError, reasonOf } from './errors.js';
import { createHttpServices } from './http/create-services.js';
import { Listener } from './links/listener.js';
import { type OwnAddresses, ownAddresses } from './links/own-addresses.js';
import { listenOnFreePort } from './links/port-choice.js';
import type { NetworkKeys } from './network/network-keys.js';
import { defaultStateFolder } from './network/state-folder.js';
import { openNetwork } from './network/stored-network.js';
import { RunningPeer } from './peer.js';
import { freshIdentity, type Identity, openIdentity } from './profile/profile.js';
import { Runtime } from './runtime.js';
import { metaOf, resolveOptions, type Settings } from './settings.js';
import { LogKeeper } from './store/log-keeper.js';

/** What tests replace. */
export interface StartDependencies {
  readonly createEngine: (options: EngineOptions) => Engine;
  readonly readNow: () => Now;
}

/** Takes what a peer needs in the order in which it can fail, and gives it back when it does. */
export async function startPeer(
  options: PeerOptions,
  dependencies: StartDependencies,
): Promise<Peer> {
  const settings = resolveOptions(options);
  settings.signal?.throwIfAborted();
  const { stateFolder, nick, network } = settings;
  const keys = settings.keys ?? (await openNetwork(defaultStateFolder(), network)).keys;
  const identity =
    stateFolder === undefined ? freshIdentity() : await openIdentity(stateFolder, nick);
  let runtime: Runtime | undefined;
  let log: LogKeeper | undefined;
  try {
    log = openLog(settings);
    const engine = dependencies.createEngine(engineOptions({ settings, identity, keys, log }));
    checkGeneration(engine.status(dependencies.readNow()).clock, identity, settings);
    runtime = new Runtime({
      settings,
      identity,
      keys,
      engine,
      log,
      readNow: dependencies.readNow,
    });
    return await listenAndStart(runtime);
  } catch (error) {
    await runtime?.close();
    await log?.close();
    await identity.release();
    throw error;
  }
}

async function listenAndStart(runtime: Runtime): Promise<Peer> {
  const { settings } = runtime;
  const { limits, timings, host, port: wantedPort, lan, signal } = settings;
  const http = createHttpServices(runtime);
  const listener = new Listener({
    links: runtime.links,
    identity: runtime.linkIdentity,
    limits,
    readMs: () => runtime.readNow().monotonicMs,
    transportBytesMax: limits.transportBytesMax,
    linksMax: limits.linksMax,
    handshakeTimeoutMs: timings.handshakeTimeoutMs,
    closeTimeoutMs: timings.closeTimeoutMs,
    http,
    httpConnectionsMax: limits.httpConnectionsMax,
    httpRequestTimeoutMs: timings.httpRequestTimeoutMs,
    onTrouble: (error) => runtime.warn('cannot-accept', reasonOf(error)),
  });
  runtime.attach(listener);
  const { port } = await listenOnFreePort(wantedPort, (each) => listener.listen(host, each));
  const reachable = needsReachable(settings) ? await reachableHosts() : [];
  signal?.throwIfAborted(); // From here to the end nothing waits, and `start` listens to it.
  const addresses = ownAddresses(host, port, reachable);
  runtime.start(addresses.advertised);
  const notices = [...runtime.keys.notices, ...runtime.identity.notices];
  for (const { code, message } of notices) runtime.warn(code, message);
  // What keys need is loaded after the first line is shown, and before anybody asks for it.
  setImmediate(() => prepareKeys(runtime));
  if (settings.stateFolder !== undefined) remember(runtime, settings.stateFolder);
  if (settings.discover) discover(runtime, addresses, lan ? reachable : []);
  return new RunningPeer(runtime, { port, address: addresses.local, http });
}

function prepareKeys(runtime: Runtime): void {
  try {
    if (!runtime.closed) loadCrypto();
  } catch (error) {
    runtime.fail(internalError(error));
  }
}

/** Dials the members of earlier runs, and remembers those of this one. */
function remember(runtime: Runtime, stateFolder: string): void {
  const { limits, timings } = runtime.settings;
  const loading = import('./members/member-keeper.js').then(({ MemberKeeper }) => {
    return MemberKeeper.open({
      path: join(stateFolder, 'members'),
      limits,
      timers: timings,
      readNow: runtime.readNow,
      readStatus: () => runtime.status(),
      random: Math.random,
      onCandidate: (address, peer) => runtime.discovered(address, peer),
      onWarning: (code, message) => runtime.warn(code, message),
    });
  });
  loading.catch((error: unknown) => runtime.warn('members-unwritable', reasonOf(error)));
  runtime.attach({
    stop: () => undefined,
    close: async () => (await loading.catch(() => undefined))?.close(),
  });
}

/** Starts looking for others. It is loaded on the side, so that the first line is shown earlier. */
function discover(
  runtime: Runtime,
  { local, advertised }: OwnAddresses,
  otherHosts: readonly string[],
): void {
  const { settings, identity } = runtime;
  const loading = import('./discovery/discovery.js').then(({ Discovery, defaultRunFolder }) => {
    const discovery = new Discovery({
      network: settings.network,
      keys: runtime.keys,
      peer: identity.id,
      generation: identity.generation,
      localAddress: local,
      addresses: advertised,
      otherHosts,
      port: settings.discoveryPort,
      runFolder: settings.runFolder ?? defaultRunFolder(),
      timers: settings.timings,
      limits: settings.limits,
      readMonotonicMs: () => runtime.readNow().monotonicMs,
      random: Math.random,
      onFound: (address, peer) => runtime.discovered(address, peer),
      onWarning: (code, message) => runtime.warn(code, message),
    });
    if (!runtime.closed) discovery.start();
    return discovery;
  });
  loading.catch((error: unknown) => runtime.warn('discovery', reasonOf(error)));
  runtime.attach({
    stop: () => undefined,
    close: async () => (await loading.catch(() => undefined))?.close(),
  });
}

function openLog({ stateFolder: folder, network, durability, limits }: Settings): LogKeeper {
  if (folder === undefined) return LogKeeper.inMemory();
  return LogKeeper.open({ folder, network, durability, limits });
}

/** A profile that was put back from a copy would use numbers a second time. */
function checkGeneration(
  clock: ReadonlyMap<StreamId, number>,
  { id, generation }: Identity,
  { stateFolder = '' }: Settings,
): void {
  for (const stream of clock.keys()) {
    const known = parseStreamId(stream);
    if (known.peer !== id || known.generation < generation) continue;
    const runs = `it says run ${generation}, its log has run ${known.generation}`;
    const advice = 'Move the folder away to start as a new peer';
    throw new PeerError('profile-damaged', `${stateFolder} is an old copy: ${runs}. ${advice}.`);
  }
}

interface EngineParts {
  readonly settings: Settings;
  readonly identity: Identity;
  readonly keys: NetworkKeys;
  readonly log: LogKeeper;
}

function engineOptions({ settings, identity, keys, log }: EngineParts): EngineOptions {
  const { nick, network, timings, limits } = settings;
  return {
    id: identity.id,
    generation: identity.generation,
    network,
    meta: metaOf(nick, settings, keys),
    signer: new Ed25519Signer(identity.keys),
    random: seededRandom(randomUUID()),
    ...(log.store === undefined ? {} : { store: log.store }),
    config: timings,
    limits,
  };
}

function needsReachable({ host }: Settings): boolean {
  return host === '0.0.0.0' || host === '::';
}

async function reachableHosts(): Promise<readonly string[]> {
  const interfaces = await import('./discovery/interfaces.js');
  return interfaces.reachableHosts();
}
