/** What the surroundings of a process say about the terminal. */
export interface ColourRequest {
  readonly environment: NodeJS.ProcessEnv;
  readonly isTerminal: boolean;
  /** False with `--no-color`. */
  readonly color: boolean;
  /** Nothing but lines of text is wanted. */
  readonly simple: boolean;
}

/** https://no-color.org and https://force-color.org; the latter wins, as in Node itself. */
export function wantsColour({ environment, isTerminal, color, simple }: ColourRequest): boolean {
  if (!color || simple) return false;
  const forced = environment['FORCE_COLOR'];
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  if ((environment['NO_COLOR'] ?? '') !== '') return false;
  return isTerminal && environment['TERM'] !== 'dumb';
}

/** Only a locale that says UTF-8 gets more than ASCII; Windows and macOS terminals always do. */
export function wantsAscii(
  request: { readonly environment: NodeJS.ProcessEnv; readonly ascii: boolean },
  platform: string = process.platform,
): boolean {
  if (request.ascii) return true;
  if (platform === 'win32' || platform === 'darwin') return false;
  const { LC_ALL: all, LC_CTYPE: kind, LANG: language } = request.environment;
  return !/utf-?8/i.test(all || kind || language || '');
}
