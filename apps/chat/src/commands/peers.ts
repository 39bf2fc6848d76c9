import { wantsAscii } from '@hearsay/terminal';
import { Names } from '../chat/names.js';
import { EXIT, type ExitCode } from '../command-line/failure.js';
import { eventLine } from '../json/encode.js';
import { memberFields } from '../json/objects.js';
import type { ToldMembers } from '../json/told-members.js';
import { ASCII_GLYPHS, UNICODE_GLYPHS } from '../text/look.js';
import { listedMembers, meshTable } from '../view/mesh-table.js';
import { askMembers } from './ask-members.js';
import { type ErrandOptions, meetPeers, runErrand, storedNetwork } from './errand.js';

export interface PeersOptions extends ErrandOptions {
  readonly json?: boolean;
  readonly ascii?: boolean;
}

const DEFAULT_TIMEOUT_MS = 5_000;

/** `hearsay peers`: who is there, as a running peer of this machine knows it, else as a newcomer is told. */
export async function peers(options: PeersOptions): Promise<ExitCode> {
  const timeoutMs = options.timeout ?? DEFAULT_TIMEOUT_MS;
  const told = await askLocal(options, timeoutMs);
  if (told !== undefined) return print({ ...told, isNewcomer: false }, options);
  return runErrand('peers', { nick: 'peers', timeoutMs, options }, async (errand) => {
    await meetPeers(errand);
    const { peer } = errand;
    const members = peer.members().filter(({ self }) => !self);
    return print({ members, messages: peer.status().messages, isNewcomer: true }, options);
  });
}

/** Who names whom to dial wants to know whether those are there. */
async function askLocal(
  options: PeersOptions,
  timeoutMs: number,
): Promise<ToldMembers | undefined> {
  if (!options.discover || (options.join ?? []).length > 0) return undefined;
  return askMembers(await storedNetwork(options), timeoutMs);
}

interface Seen extends ToldMembers {
  /** By a peer that came just now: since when, and how fast they answer, it does not know. */
  readonly isNewcomer: boolean;
}

function print({ members, messages, isNewcomer }: Seen, options: PeersOptions): ExitCode {
  const names = new Names(members);
  const listed = listedMembers(members, names);
  const lines = options.json === true ? jsonLines() : tableLines();
  process.stdout.write(`${lines.join('\n')}\n`);
  return EXIT.ok;

  function jsonLines(): string[] {
    const now = Date.now();
    const unknown = isNewcomer ? { forMs: null, rttMs: null, heardMs: null } : {};
    return listed.map((member) =>
      eventLine('member', { ...memberFields(member), ...unknown }, now),
    );
  }

  function tableLines(): string[] {
    const ascii = wantsAscii({ environment: process.env, ascii: options.ascii ?? false });
    const glyphs = ascii ? ASCII_GLYPHS : UNICODE_GLYPHS;
    return meshTable({
      members: listed,
      messages,
      names,
      lackedAtDeath: new Map(),
      look: { glyphs, columns: process.stdout.columns },
      selfMark: 'asked',
      isNewcomer,
    });
  }
}
