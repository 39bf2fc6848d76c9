import type { Delivery } from '../check/delivery.js';

/** What a chat program prints with `--json`, as far as the lab looks at it. */
export type ChatEvent =
  | {
      readonly kind: 'ready';
      readonly id: string;
      readonly url: string;
      readonly generation: number;
    }
  | { readonly kind: 'message'; readonly delivery: Delivery }
  | {
      readonly kind: 'peer';
      readonly id: string;
      readonly nick: string | undefined;
      readonly state: string;
      readonly generation: number;
      readonly reason: string;
    }
  | {
      readonly kind: 'sync';
      readonly inSync: boolean;
      readonly live: number;
      readonly messages: number;
      readonly hash: string | undefined;
    }
  | { readonly kind: 'accepted'; readonly ref: string; readonly id: string }
  | { readonly kind: 'refused'; readonly ref: string; readonly reason: string }
  /** Something else worth a line; `name` is the type that it was printed with. */
  | { readonly kind: 'notice'; readonly name: string; readonly words: string };

type Fields = Readonly<Record<string, unknown>>;

/** The version of the lines that this was written for. */
const version = 1;

/**
 * Decodes one line. Undefined for events that the lab has no use for, as unknown ones are to be
 * ignored; a line that is not JSON, or of another version, is an error of the program under test.
 */
export function decodeChatEvent(line: string): ChatEvent | undefined {
  const event = fieldsOf(JSON.parse(line));
  // Replies to commands carry no version.
  if (event['v'] !== undefined && event['v'] !== version) {
    throw new Error(`a line of version ${String(event['v'])}, expected ${version}`);
  }
  switch (event['type']) {
    case 'ready':
      return {
        kind: 'ready',
        id: text(event, 'id'),
        url: text(event, 'url'),
        generation: number(event, 'gen'),
      };
    case 'message':
      return { kind: 'message', delivery: deliveryOf(event) };
    case 'peer':
      return {
        kind: 'peer',
        id: text(event, 'id'),
        nick: typeof event['nick'] === 'string' ? event['nick'] : undefined,
        state: text(event, 'state'),
        generation: number(event, 'gen'),
        reason: text(event, 'reason'),
      };
    case 'sync':
      return {
        kind: 'sync',
        inSync: event['inSync'] === true,
        live: number(event, 'live'),
        messages: number(event, 'messages'),
        hash: typeof event['hash'] === 'string' ? event['hash'] : undefined,
      };
    case 'ok':
      // Only what is said gets an id.
      return typeof event['id'] === 'string'
        ? { kind: 'accepted', ref: text(event, 'ref'), id: event['id'] }
        : undefined;
    case 'error':
      return { kind: 'refused', ref: String(event['ref'] ?? ''), reason: line };
    case 'refused':
      return notice(event, `a link with ${String(event['address'])}: ${String(event['reason'])}`);
    case 'lagged':
      return notice(event, `${String(event['frames'])} frames to ${String(event['id'])} dropped`);
    case 'isolated':
      return notice(event, event['isolated'] === true ? 'cut off itself' : 'no longer cut off');
    case 'stalled':
      return notice(event, `did not run for ${String(event['ms'])} ms`);
    case 'caught-up':
      return notice(event, `${String(event['messages'])} messages fetched`);
    case 'warning':
      return notice(event, `${String(event['code'])}: ${String(event['message'])}`);
    default:
      return undefined;
  }
}

function notice(event: Fields, words: string): ChatEvent {
  return { kind: 'notice', name: text(event, 'type'), words };
}

function deliveryOf(event: Fields): Delivery {
  const from = fieldsOf(event['from']);
  const clock = Object.entries(fieldsOf(event['clock'])).map(
    ([stream, sequence]): [string, number] => [stream, Number(sequence)],
  );
  return {
    ...splitMessageId(text(event, 'id')),
    room: text(event, 'room'),
    author: text(from, 'id'),
    text: text(event, 'text'),
    clock: new Map(clock),
  };
}

/** `<stream>:<sequence>` in its parts. */
export function splitMessageId(id: string): Pick<Delivery, 'id' | 'stream' | 'sequence'> {
  const colon = id.lastIndexOf(':');
  return { id, stream: id.slice(0, colon), sequence: Number(id.slice(colon + 1)) };
}

function fieldsOf(value: unknown): Fields {
  if (typeof value !== 'object' || value === null) throw new Error('not an object');
  return value as Fields; // Every object is one; each field is checked when it is read.
}

function text(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value === 'string') return value;
  throw new Error(`"${name}" is not a string: ${JSON.stringify(fields)}`);
}

function number(fields: Fields, name: string): number {
  const value = fields[name];
  if (typeof value === 'number') return value;
  throw new Error(`"${name}" is not a number: ${JSON.stringify(fields)}`);
}
