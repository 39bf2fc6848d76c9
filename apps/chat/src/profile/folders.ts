import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { isNick } from './nick.js';

/** No nick and no network begins with `@`, so these can stand beside the profiles. */
const LAST_NICK_FILE = '@last-nick';
const NETWORK_PREFIX = '@';

/** Where profiles are: `$XDG_STATE_HOME/hearsay`, else `~/.local/state/hearsay`. */
export function stateBase(environment: NodeJS.ProcessEnv, home: string = homedir()): string {
  const state = environment['XDG_STATE_HOME'];
  // The XDG specification has relative paths ignored.
  const isUsable = state !== undefined && path.isAbsolute(state);
  return path.join(isUsable ? state : path.join(home, '.local', 'state'), 'hearsay');
}

/** `<base>/<nick>`; in a network with a name of its own `<base>/@<network>/<nick>`. */
export function profileFolder(base: string, network: string | undefined, nick: string): string {
  return network === undefined
    ? path.join(base, nick)
    : path.join(base, NETWORK_PREFIX + network, nick);
}

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
