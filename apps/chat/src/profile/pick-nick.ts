import { userInfo } from 'node:os';
import { recallNick } from './folders.js';
import { nickFromUser } from './nick.js';

/** The nick of a start that names none: the last one used, else the user's name. */
export async function pickNick(base: string): Promise<string> {
  return (await recallNick(base)) ?? nickFromUser(userName());
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return ''; // A user id without a name, as in some containers.
  }
}
