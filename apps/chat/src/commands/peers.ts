import { wantsAscii } from '@hearsay/terminal';
import { Names } from '../chat/names.js';
import { EXIT, type ExitCode } from '../command-line/failure.js';
import { eventLine } from '../json/encode.js';
import { memberFields } from '../json/objects.js';
import { ASCII_GLYPHS, UNICODE_GLYPHS } from '../text/look.js';
import { listedMembers, meshTable } from '../view/mesh-table.js';
import { type ErrandOptions, meetPeers, runErrand } from './errand.js';

export interface PeersOptions extends ErrandOptions {
  readonly json?: boolean;
  readonly ascii?: boolean;
}

const DEFAULT_TIMEOUT_MS = 5_000;

/** `hearsay peers`: who is there, as a newcomer is told. */
export function peers(options: PeersOptions): Promise<ExitCode> {
  const timeoutMs = options.timeout ?? DEFAULT_TIMEOUT_MS;
  return runErrand('peers', { nick: 'peers', timeoutMs, options }, async (errand) => {
    await meetPeers(errand);
    const { peer } = errand;
    const others = peer.members().filter(({ self }) => !self);
    const names = new Names(others);
    const members = listedMembers(others, names);
    const lines = options.json === true ? jsonLines() : tableLines();
    process.stdout.write(`${lines.join('\n')}\n`);
    return EXIT.ok;

    function jsonLines(): string[] {
      const now = Date.now();
      return members.map((member) => eventLine('member', memberFields(member), now));
    }

    function tableLines(): string[] {
      const ascii = wantsAscii({ environment: process.env, ascii: options.ascii ?? false });
      const glyphs = ascii ? ASCII_GLYPHS : UNICODE_GLYPHS;
      return meshTable({
        members,
        messages: peer.status().messages,
        names,
        lackedAtDeath: new Map(),
        look: { glyphs, columns: process.stdout.columns },
      });
    }
  });
}
