import { Buffer } from 'node:buffer';
import type { MessageId } from '@hearsay/core';
import type { PeerEventName, PeerEvents } from '@hearsay/node';
import type { Place } from '../chat/place.js';
import type { ChatMessage } from '../chat/session.js';
import { isPeerError } from '../command-line/failure.js';
import { describeRefusal, type InputLine } from '../input/line-splitter.js';
import { pumpLines } from '../input/pump.js';
import { eventLine } from '../json/encode.js';
import { parseMessageKey } from '../json/message-key.js';
import { memberFields, messageFields, peerFields, syncFields } from '../json/objects.js';
import { parseRequest, type Ref, type Request } from '../json/requests.js';
import { SyncReporter } from '../json/sync-reporter.js';
import { messageBytesMax, requestBytesMax, roomsMax } from '../limits.js';
import { isNick, NICK_RULE } from '../profile/nick.js';
import { Timeline, type TimelineOutput } from '../watch/timeline.js';
import type { Ending, Farewell, Front, FrontContext } from './front.js';

type Fields = Readonly<Record<string, unknown>>;

/** A request that cannot be done, with the code its answer carries. */
class RequestError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** Events out and requests in, one JSON object a line each way: for programs. */
export class JsonFront implements Front {
  readonly #context: FrontContext;
  readonly #startedMs = Date.now();
  readonly #stops: (() => void)[] = [];
  readonly #sync: SyncReporter;
  #leave: (ending: Ending) => void = () => undefined;

  constructor(context: FrontContext) {
    this.#context = context;
    const { peer } = context.session;
    this.#sync = new SyncReporter({
      read: () => syncFields(peer.status(), peer.members()),
      report: (fields) => this.#emit('sync', fields),
    });
  }

  run(): Promise<Ending> {
    this.#emitReady();
    this.#emitKept(this.#context.start.room);
    this.#follow();
    this.#sync.touch();
    return new Promise((resolve, reject) => {
      this.#leave = resolve;
      const reading = pumpLines(this.#context.input, requestBytesMax, (line) => this.#onLine(line));
      reading.then(() => resolve('input-ended'), reject);
    });
  }

  interrupt(): boolean {
    return false;
  }

  stop(): void {
    this.#sync.stop();
    for (const stop of this.#stops.splice(0)) stop();
  }

  farewell({ onlyHere, heldBy, events, ranMs }: Farewell): void {
    this.#emit('left', { onlyHere, heldBy, events, ranMs: Math.round(ranMs) });
  }

  #emit(type: string, fields: Fields): void {
    this.#context.data.writeLine(eventLine(type, fields, Date.now()));
  }

  #emitReady(): void {
    const { session, start } = this.#context;
    const { id, nick, url, port, generation } = session.peer;
    this.#emit('ready', {
      id,
      nick,
      url,
      room: start.room,
      network: start.network ?? 'local',
      port,
      gen: generation,
      pid: process.pid,
    });
  }

  /** What was said in a room before we were in it, as far as it is kept here. */
  #emitKept(room: string): void {
    const { session, historyMax } = this.#context;
    const limit = historyMax ?? Number.MAX_SAFE_INTEGER;
    for (const message of session.history({ kind: 'room', room }, limit)) {
      this.#emit('message', messageFields(message, true));
    }
  }

  #emitMessage(message: ChatMessage): void {
    this.#emit('message', messageFields(message, message.sentMs < this.#startedMs));
  }

  #follow(): void {
    this.#followMessages();
    this.#on('member', (event) => {
      if (!event.member.self) this.#emit('peer', peerFields(event));
      this.#sync.touch();
    });
    this.#on('meta', ({ member, wasNick }) => {
      if (member.self || wasNick === undefined || wasNick === member.nick) return;
      this.#emit('nick', { id: member.id, nick: member.nick, was: wasNick });
    });
    this.#on('sync', () => this.#sync.touch());
    this.#on('link', ({ id, up, address, reason }) =>
      this.#emit('link', { id, up, address: address ?? null, reason }),
    );
    this.#on('caught-up', ({ id, messages, tookMs }) =>
      this.#emit('caught-up', { id, messages, tookMs: Math.round(tookMs) }),
    );
    this.#on('isolated', (event) => this.#emit('isolated', { ...event }));
    this.#on('stalled', ({ ms }) => this.#emit('stalled', { ms: Math.round(ms) }));
    this.#on('lagged', (event) => this.#emit('lagged', { ...event }));
    this.#on('gap', (event) => this.#emit('gap', { ...event }));
    this.#on('refused', (event) =>
      this.#emit('refused', { ...event, address: event.address ?? null }),
    );
    this.#on('dial-failed', (event) =>
      this.#emit('dial-failed', { ...event, retryMs: Math.round(event.retryMs) }),
    );
    this.#on('warning', (event) => this.#emit('warning', { ...event }));
  }

  /** All of them in causal order; with `--history N` only the newest N of a block of old ones. */
  #followMessages(): void {
    const { session, historyMax } = this.#context;
    if (historyMax === undefined) {
      session.onMessage((message) => this.#emitMessage(message));
      return;
    }
    const timeline = new Timeline({ startedMs: this.#startedMs, historyMax });
    let timer: NodeJS.Timeout | undefined;
    const emit = (outputs: readonly TimelineOutput[]): void => {
      for (const output of outputs) {
        const messages = output.kind === 'now' ? [output.message] : output.messages;
        for (const message of messages) this.#emitMessage(message);
      }
      clearTimeout(timer);
      const wakeMs = timeline.wakeAtMs;
      if (wakeMs === undefined) return;
      timer = setTimeout(() => emit(timeline.tick(Date.now())), Math.max(1, wakeMs - Date.now()));
    };
    session.onMessage((message) => emit(timeline.receive(message, Date.now())));
    this.#stops.push(() => {
      emit(timeline.flush());
      clearTimeout(timer);
    });
  }

  #on<Name extends PeerEventName>(name: Name, react: (event: PeerEvents[Name]) => void): void {
    this.#stops.push(this.#context.session.peer.on(name, react));
  }

  async #onLine(line: InputLine): Promise<void> {
    if (line.kind !== 'line') {
      const message = describeRefusal(line);
      this.#context.diagnose(message);
      this.#emit('error', { code: line.kind, message });
      return;
    }
    if (line.text.trim() === '') return;
    const parsed = parseRequest(line.text);
    if (parsed.kind === 'wrong') {
      this.#refuse(parsed.ref, parsed.code, parsed.message);
      return;
    }
    try {
      await this.#answer(parsed.ref, parsed.request);
    } catch (error) {
      if (!(error instanceof RequestError) && !isPeerError(error)) throw error;
      this.#refuse(parsed.ref, error.code, error.message);
    }
  }

  #refuse(ref: Ref | undefined, code: string, message: string): void {
    this.#emit('error', { ...withRef(ref), code, message });
  }

  #answer(ref: Ref | undefined, request: Request): Promise<void> | void {
    const { session } = this.#context;
    const { peer } = session;
    const ok = (fields: Fields = {}): void => this.#emit('ok', { ...withRef(ref), ...fields });
    switch (request.type) {
      case 'say':
        return this.#say(request, ok);
      case 'join':
        if (!session.join(request.room))
          throw new RequestError('too-many-rooms', `at most ${roomsMax} rooms`);
        ok({ room: request.room });
        return this.#emitKept(request.room);
      case 'part':
        if (!session.part(request.room))
          throw new RequestError('not-joined', `not in ${request.room}`);
        return ok({ room: request.room });
      case 'nick':
        if (!isNick(request.nick)) throw new RequestError('bad-nick', NICK_RULE);
        peer.rename(request.nick);
        session.refreshNames();
        return ok({ nick: request.nick });
      case 'members':
        return this.#emit('members', {
          ...withRef(ref),
          members: peer.members().map(memberFields),
        });
      case 'status':
        return this.#emit('status', {
          ...withRef(ref),
          ...syncFields(peer.status(), peer.members()),
          rooms: session.rooms,
          malformed: session.malformed,
          clock: Object.fromEntries(peer.status().clock),
          counters: { ...peer.counters() },
        });
      case 'receipt':
        return this.#emit('receipt', {
          ...withRef(ref),
          id: request.id,
          ...peer.receipt(readKey(request.id)),
        });
      case 'leave':
        ok();
        return this.#leave('asked');
    }
  }

  async #say(
    request: Extract<Request, { type: 'say' }>,
    ok: (fields: Fields) => void,
  ): Promise<void> {
    const { session } = this.#context;
    const bytes = Buffer.byteLength(request.text);
    if (bytes > messageBytesMax) {
      throw new RequestError(
        'too-long',
        `text too long (${bytes} bytes, limit ${messageBytesMax}): not sent`,
      );
    }
    const place = this.#placeOf(request);
    const { publication } = session.say({ place, text: request.text, action: request.action });
    ok({ id: publication.key, links: publication.links });
    if (publication.congested) await session.peer.drained();
  }

  #placeOf({ room, to }: Extract<Request, { type: 'say' }>): Place {
    const { session } = this.#context;
    if (to === undefined) {
      const place = room ?? session.rooms[0];
      if (place === undefined)
        throw new RequestError('not-joined', 'in no room; give room, or join one');
      return { kind: 'room', room: place };
    }
    const found = session.names.find(to);
    switch (found.kind) {
      case 'one':
        if (found.id === session.peer.id)
          throw new RequestError('bad-request', 'that is this peer itself');
        return { kind: 'direct', peer: found.id };
      case 'none':
        throw new RequestError('no-such-peer', 'nobody of that nick or id is known');
      case 'several':
        throw new RequestError(
          'ambiguous',
          `several have that nick: ${found.names.join(', ')}; use the id`,
        );
    }
  }
}

function readKey(text: string): MessageId {
  const id = parseMessageKey(text);
  if (id === undefined)
    throw new RequestError('bad-request', 'id is <peer>.<generation>:<sequence>');
  return id;
}

function withRef(ref: Ref | undefined): Fields {
  return ref === undefined ? {} : { ref };
}
