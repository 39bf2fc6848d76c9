import type { Peer } from '@hearsay/node';
import { openServices, type Services, type ServicesOptions } from '@hearsay/services';
import { CopyProcess } from '../processes/copy-process.js';
import { startPeer } from '../service/start-peer.js';
import { ECHO } from './copy.js';

/** A caller in this process, and copies in processes of their own. */
export interface Stage {
  readonly peer: Peer;
  readonly services: Services;
  readonly copies: readonly CopyProcess[];
  close(): Promise<void>;
}

export interface StageOptions {
  readonly folder: string;
  /** Milliseconds that each copy takes to answer. */
  readonly delays: readonly number[];
  readonly ledger?: string;
  readonly services?: ServicesOptions;
}

const READY_MS = 60_000;

/** Starts the copies and waits until all may be called. */
export async function openStage(options: StageOptions): Promise<Stage> {
  const { folder, delays, ledger } = options;
  const peer = await startPeer('bench', { stateDir: folder, discover: false });
  const services = openServices(peer, options.services);
  const join = peer.url.replace('ws://', '');
  const copies = delays.map((delay, index) => {
    const nick = `copy-${index + 1}`;
    const args = ['bench-copy', '--nick', nick, '--delay', String(delay), '--join', join];
    args.push('--no-discover', '--state-dir', folder);
    if (ledger !== undefined) args.push('--ledger', ledger);
    return new CopyProcess({ nick, args });
  });
  for (const copy of copies) copy.start();
  await services.available(ECHO.name, { count: copies.length, timeoutMs: READY_MS });
  return {
    peer,
    services,
    copies,
    close: async () => {
      for (const copy of copies) await copy.kill();
      services.close();
      await peer.close();
    },
  };
}
