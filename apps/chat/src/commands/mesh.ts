import type { Peer } from '@hearsay/node';
import type { ThemeName } from '@hearsay/terminal';
import { makeInvite } from '../chat/make-invite.js';
import { ChatSession } from '../chat/session.js';
import { readConfig } from '../command-line/config.js';
import { EXIT, type ExitCode, Failure } from '../command-line/failure.js';
import { FullFront } from '../front/full-front.js';
import { openLook, openOutput, openTheme } from '../front/open-front.js';
import { eventLine } from '../json/encode.js';
import { memberFields, syncFields } from '../json/objects.js';
import { readClocks } from '../screen/mesh/read-clocks.js';
import { Signals } from '../signals/signals.js';
import { type Errand, type ErrandOptions, meetPeers, runErrand } from './errand.js';

export interface MeshOptions extends ErrandOptions {
  readonly json?: boolean;
  readonly ascii?: boolean;
  readonly color: boolean;
  readonly theme?: ThemeName;
  readonly drills?: boolean;
  readonly web?: boolean;
}

const DEFAULT_TIMEOUT_MS = 5_000;
const DEFAULT_ROOM = 'lobby';

/** `hearsay mesh`: a member that only looks. @throws Failure without a terminal, or with nobody in time */
export function mesh(options: MeshOptions): Promise<ExitCode> {
  const timeoutMs = options.timeout ?? DEFAULT_TIMEOUT_MS;
  if (options.json === true) {
    return runErrand('mesh', { nick: 'snapshot', timeoutMs, options }, printSnapshot);
  }
  if (options.web === true) {
    return runErrand('mesh', { nick: 'mesh', timeoutMs, options, isSeen: true }, servePage);
  }
  if (process.stdout.isTTY !== true || process.stdin.isTTY !== true) {
    throw new Failure('hearsay mesh needs a terminal; --json prints one snapshot');
  }
  return runErrand('mesh', { nick: 'mesh', timeoutMs, options, isSeen: true }, (errand) =>
    watch(errand, options),
  );
}

/** One object: members, who holds what, links, and whether all agree. */
async function printSnapshot(errand: Errand): Promise<ExitCode> {
  await meetPeers(errand);
  const { peer } = errand;
  const others = peer.members().filter(({ self }) => !self);
  const clocks = [...readClocks(peer)].filter(([id]) => id !== peer.id);
  const fields = {
    members: others.map(memberFields),
    clocks: Object.fromEntries(clocks.map(([id, clock]) => [id, Object.fromEntries(clock)])),
    sync: syncFields(peer.status(), peer.members()),
  };
  process.stdout.write(`${eventLine('mesh', fields, Date.now())}\n`);
  return EXIT.ok;
}

/** Prints the address of a page about the mesh, and serves it until a signal comes. */
async function servePage({ peer, signal }: Errand): Promise<ExitCode> {
  const { serveWebView } = await import('@hearsay/web-view');
  const view = await serveWebView(peer);
  try {
    process.stdout.write(`${view.url}\n`);
    await endOf(peer, signal);
    return EXIT.ok;
  } finally {
    view.close();
  }
}

/** Resolves when a signal comes. @throws what the peer failed with */
function endOf(peer: Peer, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
    peer.on('failed', ({ error }) => reject(error));
  });
}

/** The whole screen, until somebody leaves it or a signal comes. */
async function watch({ peer, network, signal }: Errand, given: MeshOptions): Promise<ExitCode> {
  const { theme, ascii, bell, keys, warnings } = await readConfig();
  const options: MeshOptions = {
    ...(theme === undefined ? {} : { theme }),
    ...(ascii === undefined ? {} : { ascii }),
    ...given,
  };
  const session = new ChatSession(peer, DEFAULT_ROOM);
  const signals = new Signals({ peer, typing: false });
  const front = new FullFront(
    {
      session,
      start: {
        nick: peer.nick,
        port: peer.port,
        generation: peer.generation,
        room: DEFAULT_ROOM,
        network: network.name,
        arrival: 'known',
        anyPort: false,
        lan: options.lan ?? false,
        discover: options.discover,
        join: options.join ?? [],
        lanAddresses: [],
      },
      invite: () => makeInvite(network, peer.members()),
      look: openLook('full', options),
      input: process.stdin,
      output: process.stdout,
      data: openOutput('full'),
      diagnose: (line) => process.stderr.write(`${line}\n`),
      historyMax: 0,
      bell,
      warnings,
      keys,
      signals,
      drillsAllowed: options.lan !== true || options.drills === true,
    },
    { theme: openTheme(options), meshOnly: true },
  );
  try {
    await Promise.race([front.run(), endOf(peer, signal)]);
    return EXIT.ok;
  } finally {
    front.stop();
    signals.close();
    session.close();
  }
}
