import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/** Where profiles and networks are kept: `$XDG_STATE_HOME/hearsay`, else `~/.local/state/hearsay`. */
export function defaultStateFolder(
  environment: NodeJS.ProcessEnv = process.env,
  home: string = homedir(),
): string {
  const state = environment['XDG_STATE_HOME'];
  // The XDG specification has relative paths ignored.
  const isUsable = state !== undefined && isAbsolute(state);
  return join(isUsable ? state : join(home, '.local', 'state'), 'hearsay');
}
