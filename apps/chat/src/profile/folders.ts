import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { isNick } from './nick.js';

/** No nick begins with `@`, so this can stand beside the profiles. */
const LAST_NICK_FILE = '@last-nick';

/** The nick of the last start that named one. */
export async function recallNick(base: string): Promise<string | undefined> {
  try {
    const nick = (await readFile(path.join(base, LAST_NICK_FILE), 'utf8')).trim();
    return isNick(nick) ? nick : undefined;
  } catch {
    return undefined; // Never started with a nick, or not ours to read: the user's name serves.
  }
}

/** Best effort: not to be remembered is no reason not to start. */
export async function rememberNick(base: string, nick: string): Promise<void> {
  try {
    await mkdir(base, { recursive: true, mode: 0o700 });
    await writeFile(path.join(base, LAST_NICK_FILE), `${nick}\n`, { mode: 0o600 });
  } catch {
    // A read-only state folder stops the peer itself with a clear message, if it matters.
  }
}
