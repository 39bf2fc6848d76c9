import { Buffer } from 'node:buffer';
import { parseRoom } from '../chat/place.js';
import { ChatSession } from '../chat/session.js';
import { codeOf, EXIT, type ExitCode, Failure } from '../command-line/failure.js';
import { messageBytesMax } from '../limits.js';
import { counted } from '../text/counted.js';
import { type Errand, type ErrandOptions, runErrand } from './errand.js';

export interface SendOptions extends ErrandOptions {
  readonly as?: string;
  readonly until?: number;
}

const DEFAULT_TIMEOUT_MS = 5_000;
const DEFAULT_NICK = 'send';

/** `hearsay send ROOM TEXT`: ends when enough others hold the message, and tells how many do. */
export function send(roomWord: string, text: string, options: SendOptions): Promise<ExitCode> {
  const room = parseRoom(roomWord);
  if (room === undefined) throw new Failure(`not a room: ${JSON.stringify(roomWord)}`);
  if (text.trim() === '') throw new Failure('nothing to send: TEXT is empty');
  const bytes = Buffer.byteLength(text);
  if (bytes > messageBytesMax) {
    throw new Failure(`message too long (${bytes} bytes, limit ${messageBytesMax}): not sent`);
  }
  const until = options.until ?? 1;
  const timeoutMs = options.timeout ?? DEFAULT_TIMEOUT_MS;
  return runErrand(
    'send',
    { nick: options.as ?? DEFAULT_NICK, timeoutMs, options },
    async (errand) => {
      const session = new ChatSession(errand.peer, room);
      const { message } = session.say({ place: { kind: 'room', room }, text });
      const held = await waitUntilHeld(errand, message.id, until);
      const { live } = errand.peer.status();
      if (held >= until) {
        process.stdout.write(`held by ${counted(held, 'peer')}\n`);
        return EXIT.ok;
      }
      if (held === 0 && live === 0) throw new Failure('no peer found: not sent', EXIT.noPeer);
      throw new Failure(`held by ${held} of ${until} peers in time`, EXIT.notInSync);
    },
  );
}

/** @returns how many hold it, in time or when the time was up */
async function waitUntilHeld(
  { peer, remainingMs, signal }: Errand,
  id: Parameters<Errand['peer']['held']>[0],
  until: number,
): Promise<number> {
  try {
    return await peer.held(id, until, { timeoutMs: remainingMs(), signal });
  } catch (error) {
    if (codeOf(error) !== 'timeout') throw error;
    return peer.receipt(id).held;
  }
}
