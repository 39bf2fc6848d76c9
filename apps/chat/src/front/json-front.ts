import type { PeerEventName, PeerEvents } from '@hearsay/node';
import type { ChatMessage } from '../chat/message.js';
import { isPeerError } from '../command-line/failure.js';
import { describeRefusal, type InputLine } from '../input/line-splitter.js';
import { pumpLines } from '../input/pump.js';
import { Answerer, RequestError, refFields } from '../json/answerer.js';
import { eventLine } from '../json/encode.js';
import { changeFields, messageFields, peerFields, syncFields } from '../json/objects.js';
import { parseRequest, type Ref } from '../json/requests.js';
import { SyncReporter } from '../json/sync-reporter.js';
import { historyEmittedDefault, requestBytesMax } from '../limits.js';
import { Timeline, type TimelineOutput } from '../watch/timeline.js';
import type { Ending, Farewell, Front, FrontContext } from './front.js';

type Fields = Readonly<Record<string, unknown>>;

const CHANGE_TYPES = { edit: 'edit', delete: 'delete', react: 'reaction' } as const;

/** Events out and requests in, one JSON object a line each way: for programs. */
export class JsonFront implements Front {
  readonly #context: FrontContext;
  readonly #startedMs = Date.now();
  readonly #stops: (() => void)[] = [];
  readonly #sync: SyncReporter;
  readonly #answerer: Answerer;
  #leave: (ending: Ending) => void = () => undefined;

  constructor(context: FrontContext) {
    this.#context = context;
    const { peer } = context.session;
    this.#answerer = new Answerer({
      session: context.session,
      invite: context.invite,
      cache: context.cache,
      emit: (type, fields) => this.#emit(type, fields),
      emitKept: (room) => this.#emitKept(room),
      leave: () => this.#leave('asked'),
    });
    this.#sync = new SyncReporter({
      read: () => syncFields(peer.status(), peer.members()),
      report: (fields) => this.#emit('sync', fields),
    });
  }

  run(): Promise<Ending> {
    for (const warning of this.#context.warnings) this.#context.diagnose(warning);
    this.#emitReady();
    this.#emitKept(this.#context.start.room);
    this.#follow();
    this.#sync.touch();
    return new Promise((resolve, reject) => {
      this.#leave = resolve;
      const reading = pumpLines(this.#context.input, requestBytesMax, (line) => this.#onLine(line));
      const answered = reading.then(() => this.#answerer.settled());
      answered.then(() => resolve('input-ended'), reject);
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
      network: start.network,
      port,
      gen: generation,
      pid: process.pid,
      ...(start.page === undefined ? {} : { page: start.page }),
    });
  }

  /** What was said in a room before we were in it, as far as it is kept here. */
  #emitKept(room: string): void {
    const { session, historyMax } = this.#context;
    const limit = historyMax ?? historyEmittedDefault;
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
    this.#on('keys', (event) => this.#emit('keys', { ...event }));
    this.#on('warning', (event) => this.#emit('warning', { ...event }));
  }

  /** All of them in causal order; with `--history N` only the newest N of a block of old ones. */
  #followMessages(): void {
    const { session, historyMax } = this.#context;
    session.onChange((change) =>
      this.#emit(CHANGE_TYPES[change.change.kind], changeFields(change)),
    );
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
      await this.#answerer.answer(parsed.ref, parsed.request);
    } catch (error) {
      if (!(error instanceof RequestError) && !isPeerError(error)) throw error;
      this.#refuse(parsed.ref, error.code, error.message);
    }
  }

  #refuse(ref: Ref | undefined, code: string, message: string): void {
    this.#emit('error', { ...refFields(ref), code, message });
  }
}
