import {
  defaultStateFolder,
  networkNames,
  openNetwork,
  type StoredNetwork,
  shortKeyId,
} from '@hearsay/node';
import { describeFailure, EXIT, type ExitCode } from '../command-line/failure.js';
import { eventLine } from '../json/encode.js';
import { type Column, tableRows } from '../view/table.js';

const COLUMNS: readonly Column[] = ['NETWORK', 'KEYS', 'INVITED BY', 'FILE'].map((title) => ({
  title,
  align: 'left',
}));

export interface NetworksOptions {
  readonly json?: boolean;
  readonly stateDir?: string;
}

/** `hearsay networks`: those that are kept here. One that does not read is told, and the others listed. */
export async function networks(options: NetworksOptions): Promise<ExitCode> {
  const base = options.stateDir ?? defaultStateFolder();
  const kept: StoredNetwork[] = [];
  let exitCode: ExitCode = EXIT.ok;
  for (const name of await networkNames(base)) {
    try {
      kept.push(await openNetwork(base, name, { create: false }));
    } catch (error) {
      const failure = describeFailure(error);
      exitCode = failure.exitCode;
      process.stderr.write(`hearsay: ${failure.line}\n`);
    }
  }
  if (kept.length > 0) {
    const lines = options.json === true ? kept.map(jsonLine) : tableLines(kept);
    process.stdout.write(`${lines.join('\n')}\n`);
  }
  return exitCode;
}

function jsonLine({ name, network, id, keys, seeds, file }: StoredNetwork): string {
  return eventLine('network', { name, network, id, keys: keys.ids, seeds, file }, Date.now());
}

function tableLines(kept: readonly StoredNetwork[]): string[] {
  const rows = kept.map(({ name, keys, seeds, file }) => [
    name,
    keys.ids.map(shortKeyId).join(' '),
    seeds.join(' '),
    file,
  ]);
  return tableRows(COLUMNS, rows);
}
