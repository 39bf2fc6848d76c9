import path from 'node:path';
import {
  createPeer,
  type Departure,
  type Durability,
  defaultStateFolder,
  type Invite,
  joinNetwork,
  openNetwork,
  type Peer,
  type PeerOptions,
  type StoredNetwork,
} from '@hearsay/node';
import { DOCUMENTS_TAG } from '@hearsay/pad';
import type { ThemeName } from '@hearsay/terminal';
import { CacheService } from '../cache/cache-service.js';
import { makeInvite } from '../chat/make-invite.js';
import { ChatSession } from '../chat/session.js';
import { type Config, readConfig } from '../command-line/config.js';
import { codeOf, EXIT, type ExitCode, Failure } from '../command-line/failure.js';
import { readTargets } from '../command-line/targets.js';
import type { Ending, Front, FrontContext } from '../front/front.js';
import {
  type Mode,
  openFront,
  openLook,
  openOutput,
  openTheme,
  pickMode,
} from '../front/open-front.js';
import { EndSignals } from '../process/end-signals.js';
import { rememberNick } from '../profile/folders.js';
import { nextNick } from '../profile/nick.js';
import { pickNick } from '../profile/pick-nick.js';
import { ReadMarkFile } from '../profile/read-marks.js';
import { Signals } from '../signals/signals.js';
import { farewellLine } from '../view/farewell.js';
import type { StartView } from '../view/start-words.js';
import { lanHosts } from './lan-hosts.js';
import { serveMembers } from './serve-members.js';

/** The options of `hearsay NICK`, as the command line gives them. */
export interface ChatOptions {
  readonly join?: readonly string[];
  readonly port?: number;
  readonly host?: string;
  readonly lan?: boolean;
  readonly drills?: boolean;
  readonly network?: string;
  readonly room?: string;
  readonly plain?: boolean;
  readonly json?: boolean;
  readonly simple?: boolean;
  readonly inline?: boolean;
  /** `--full-screen`, where the configuration says otherwise. */
  readonly fullScreen?: boolean;
  readonly theme?: ThemeName;
  readonly discover: boolean;
  readonly follow?: boolean;
  readonly web?: boolean;
  readonly cache: boolean;
  /** `--no-typing` */
  readonly typing: boolean;
  /** Bytes. */
  readonly cacheMemory?: number;
  readonly httpToken?: string;
  readonly stateDir?: string;
  readonly durability?: Durability;
  /** Messages kept, their bytes, and for how many days. */
  readonly keep?: number;
  readonly keepBytes?: number;
  readonly keepDays?: number;
  readonly color: boolean;
  readonly ascii?: boolean;
  readonly flush?: number;
  readonly history?: number;
}

const DEFAULT_ROOM = 'lobby';
const DEFAULT_FLUSH_MS = 2_000;
const DEFAULT_CACHE_BYTES = 268_435_456;
const CACHE_FOLDER = 'cache';
const DAY_MS = 86_400_000;

/** Runs a peer and a front end until somebody leaves. @throws Failure, PeerError before it began */
export async function runChat(words: readonly string[], given: ChatOptions): Promise<ExitCode> {
  const targets = readTargets(words);
  const config = await readConfig();
  const options = withConfig(given, config);
  const mode = pickMode(options, {
    stdin: process.stdin,
    stdout: process.stdout,
    environment: process.env,
  });
  const base = options.stateDir ?? defaultStateFolder();
  const nick = targets.nick ?? (await pickNick(base));
  const openingFront = openFront(mode, { theme: openTheme(options), meshOnly: false });
  const network = await chooseNetwork(base, targets.invite, options.network);
  const file = new ReadMarkFile(path.join(network.folder, nick));
  const join = [...new Set([...targets.join, ...(options.join ?? []), ...network.seeds])];
  const peer = await openPeer({ nick, network, join, options });
  serveMembers(peer);
  const page = options.web === true ? await openPage(peer) : undefined;
  const makeFront = await openingFront;
  const marks = mode === 'full' ? await file.load() : undefined;
  if (targets.nick !== undefined) void rememberNick(base, nick);

  const startedMs = performance.now();
  const session = new ChatSession(peer, options.room ?? DEFAULT_ROOM);
  const signals = new Signals({ peer, typing: options.typing && config.typing });
  const folder = path.join(network.folder, nick, CACHE_FOLDER);
  const service = options.cache ? serviceOf({ peer, dir: folder, mode, options }) : undefined;
  const context: FrontContext = {
    session,
    start: {
      ...startViewOf(peer, { network, join, options, invited: targets.invite !== undefined }),
      page,
    },
    invite: () => makeInvite(network, peer.members()),
    cache: service === undefined ? undefined : () => service.cache(),
    look: openLook(mode, options),
    input: process.stdin,
    output: process.stdout,
    data: openOutput(mode),
    diagnose: (line) => process.stderr.write(`${line}\n`),
    historyMax: options.history,
    bell: config.bell,
    warnings: config.warnings,
    keys: config.keys,
    signals,
    reading: mode === 'full' ? { file, marks } : undefined,
    drillsAllowed: options.lan !== true || options.drills === true,
  };
  return runUntilEnd(makeFront(context), { peer, context, mode, options, startedMs, service });
}

function serviceOf({
  peer,
  dir,
  mode,
  options,
}: {
  readonly peer: Peer;
  readonly dir: string;
  readonly mode: Mode;
  readonly options: ChatOptions;
}): CacheService {
  return new CacheService({
    peer,
    dir,
    memoryBytes: options.cacheMemory ?? DEFAULT_CACHE_BYTES,
    durability: options.durability,
    // A line on stderr would tear a whole screen; there /get and /readyz tell.
    onTrouble: (line) => {
      if (mode !== 'full') process.stderr.write(`hearsay: ${line}\n`);
    },
  });
}

/** A page about the mesh, on the peer's own port; it goes with the peer. @returns its address */
async function openPage(peer: Peer): Promise<string> {
  const { serveWebView } = await import('@hearsay/web-view');
  return (await serveWebView(peer)).url;
}

/** What the command line leaves open. */
function withConfig(options: ChatOptions, { theme, ascii, screen }: Config): ChatOptions {
  const { plain, json, simple, inline, fullScreen } = options;
  // In a pipe there is no screen to choose.
  const isChosen =
    process.stdout.isTTY !== true || [plain, json, simple, inline, fullScreen].includes(true);
  return {
    ...(theme === undefined ? {} : { theme }),
    ...(ascii === undefined ? {} : { ascii }),
    ...options,
    ...(isChosen || screen === undefined || screen === 'full' ? {} : { [screen]: true }),
  };
}

interface Run {
  readonly peer: Peer;
  readonly service: CacheService | undefined;
  readonly context: FrontContext;
  readonly mode: Mode;
  readonly options: ChatOptions;
  readonly startedMs: number;
}

async function runUntilEnd(front: Front, run: Run): Promise<ExitCode> {
  const { peer, context, options } = run;
  const signals = new EndSignals(() => front.interrupt());
  const failing = new Promise<never>((_resolve, reject) => {
    peer.on('failed', ({ error }) => reject(error));
  });
  let metSomebody = peer.status().live > 0;
  peer.on('link', ({ up }) => {
    metSomebody ||= up;
  });
  try {
    const fronts = front
      .run()
      .then((ending) => (ending === 'input-ended' && options.follow ? never() : ending));
    run.service?.start();
    const ending = await Promise.race([fronts, signals.first, failing]);
    return await leave(front, { ...run, ending, metSomebody: () => metSomebody });
  } catch (error) {
    front.stop();
    await run.service?.close();
    await peer.close();
    throw error;
  } finally {
    signals.stop();
    context.signals?.close();
    context.session.close();
  }
}

interface Leaving extends Run {
  readonly ending: Ending | 'signal' | 'unread';
  readonly metSomebody: () => boolean;
}

/** Says goodbye, after waiting for somebody to take what was said; a second signal ends at once. */
async function leave(front: Front, leaving: Leaving): Promise<ExitCode> {
  const { peer, ending, options, startedMs } = leaving;
  // A pipe may end before anybody was found; a person sees that nobody is there.
  const isWorthWaiting =
    ending === 'input-ended' || (ending !== 'unread' && peer.status().live > 0);
  const flushMs = isWorthWaiting ? (options.flush ?? DEFAULT_FLUSH_MS) : 0;
  if (ending !== 'input-ended') front.stop();
  await leaving.service?.close();
  const departure = await peer.leave({ flushMs });
  front.stop();
  const { messages: events } = peer.status();
  const ranMs = performance.now() - startedMs;
  if (ending !== 'unread') {
    front.farewell({ line: farewellLine(ranMs, events, departure), ...departure, events, ranMs });
  }
  return exitCodeOf(leaving, departure);
}

/** A script learns whether its lines arrived; a person was told in words. */
function exitCodeOf({ ending, metSomebody }: Leaving, { onlyHere }: Departure): ExitCode {
  if (ending !== 'input-ended' || onlyHere === 0) return EXIT.ok;
  return metSomebody() ? EXIT.notInSync : EXIT.noPeer;
}

/** The network of an invite, else the one named, else the local one. */
function chooseNetwork(
  base: string,
  invite: Invite | undefined,
  name: string | undefined,
): Promise<StoredNetwork> {
  return invite === undefined ? openNetwork(base, name) : joinNetwork(base, invite, name);
}

interface PeerRequest {
  readonly nick: string;
  readonly network: StoredNetwork;
  readonly join: readonly string[];
  readonly options: ChatOptions;
}

async function openPeer({ nick, network, join, options }: PeerRequest): Promise<Peer> {
  const { port, host, lan, discover, durability } = options;
  const httpToken = options.httpToken ?? process.env['HEARSAY_HTTP_TOKEN'];
  try {
    return await createPeer({
      nick,
      join,
      discover,
      network: network.network,
      keys: network.keys,
      stateFolder: path.join(network.folder, nick),
      // So a page whose peer is gone knows where to go on.
      ...(options.cache ? { tags: { [DOCUMENTS_TAG]: 'yes' } } : {}),
      ...(durability === undefined ? {} : { durability }),
      limits: retentionOf(options),
      ...(httpToken === undefined ? {} : { httpToken }),
      ...(port === undefined ? {} : { port }),
      ...(host === undefined ? {} : { host }),
      ...(lan === undefined ? {} : { lan }),
    });
  } catch (error) {
    if (codeOf(error) !== 'profile-in-use') throw error;
    const pid = error instanceof Error && 'pid' in error ? ` (process ${String(error.pid)})` : '';
    throw new Failure(`${nick} is running already${pid}; try: hearsay ${nextNick(nick)}`);
  }
}

/** What is kept for how long, where the command line says so. */
function retentionOf({
  keep,
  keepBytes,
  keepDays,
}: ChatOptions): NonNullable<PeerOptions['limits']> {
  return {
    ...(keep === undefined ? {} : { logMessagesMax: keep }),
    ...(keepBytes === undefined ? {} : { logBytesMax: keepBytes }),
    ...(keepDays === undefined ? {} : { logAgeMaxMs: keepDays * DAY_MS }),
  };
}

interface Started {
  readonly network: StoredNetwork;
  readonly join: readonly string[];
  readonly options: ChatOptions;
  readonly invited: boolean;
}

function startViewOf(peer: Peer, { network, join, options, invited }: Started): StartView {
  const lan = options.lan ?? false;
  return {
    nick: peer.nick,
    port: peer.port,
    generation: peer.generation,
    room: options.room ?? DEFAULT_ROOM,
    network: network.name,
    arrival: network.isNew ? (invited ? 'joined' : 'made') : 'known',
    anyPort: options.port === undefined,
    lan,
    discover: options.discover,
    join,
    lanAddresses: lan ? lanHosts() : [],
  };
}

function never(): Promise<never> {
  return new Promise(() => undefined);
}
