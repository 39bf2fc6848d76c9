import { Names } from '../chat/names.js';
import { codeOf, EXIT, type ExitCode, Failure } from '../command-line/failure.js';
import { syncRows } from '../view/status-rows.js';
import { type Errand, type ErrandOptions, meetPeers, runErrand } from './errand.js';

export interface WaitSyncOptions extends ErrandOptions {
  readonly live?: number;
}

const DEFAULT_TIMEOUT_MS = 10_000;

/**
 * `hearsay wait-sync`: ends when every live peer holds the same. It joins and takes all there is:
 * whoever is in sync with it is in sync with all the others.
 */
export function waitSync(options: WaitSyncOptions): Promise<ExitCode> {
  const timeoutMs = options.timeout ?? DEFAULT_TIMEOUT_MS;
  return runErrand('wait-sync', { nick: 'wait-sync', timeoutMs, options }, async (errand) => {
    await meetPeers(errand);
    const { peer } = errand;
    const isInSync = await waitForSync(errand, options.live ?? 1);
    const members = peer.members();
    const [first = '', ...rest] = syncRows({
      ...peer.status(),
      members,
      names: new Names(members),
      lackedAtDeath: new Map(),
      waiting: 0,
    });
    if (isInSync) {
      process.stdout.write(`${first}\n`);
      return EXIT.ok;
    }
    const wanted = options.live === undefined ? '' : ` (${options.live} live wanted)`;
    throw new Failure([`${first}${wanted}`, ...rest].join('; '), EXIT.notInSync);
  });
}

async function waitForSync({ peer, remainingMs, signal }: Errand, live: number): Promise<boolean> {
  try {
    await peer.synced({ live, timeoutMs: remainingMs(), signal });
    return true;
  } catch (error) {
    if (codeOf(error) !== 'timeout') throw error;
    return false;
  }
}
