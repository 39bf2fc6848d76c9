import { Buffer } from 'node:buffer';
import type { Cache } from '@hearsay/cache';
import type { MessageId } from '@hearsay/core';
import type { Publication } from '@hearsay/node';
import { askCache, type CacheRequest } from '../cache/cache-commands.js';
import type { ChangeOf } from '../chat/change.js';
import type { MadeInvite } from '../chat/make-invite.js';
import type { Place } from '../chat/place.js';
import type { ChatSession } from '../chat/session.js';
import { codeOf, isPeerError } from '../command-line/failure.js';
import { messageBytesMax, roomsMax, unacknowledgedMax } from '../limits.js';
import { isNick, NICK_RULE } from '../profile/nick.js';
import { parseMessageKey } from './message-key.js';
import { inviteFields, memberFields, proofFields, syncFields } from './objects.js';
import type { Ref, Request } from './requests.js';

type Fields = Readonly<Record<string, unknown>>;

/** A request that cannot be done, with the code its answer carries. */
export class RequestError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

export interface AnswererOptions {
  readonly session: ChatSession;
  readonly invite: () => MadeInvite | undefined;
  /** Undefined without a cache. */
  readonly cache?: (() => Promise<Cache>) | undefined;
  readonly emit: (type: string, fields: Fields) => void;
  /** Hands over what is kept of a room. */
  readonly emitKept: (room: string) => void;
  readonly leave: () => void;
}

/** Does what a program asks on stdin. */
export class Answerer {
  readonly #options: AnswererOptions;
  /** Messages that are said and not yet kept. */
  readonly #unacknowledged = new Set<Promise<void>>();

  constructor(options: AnswererOptions) {
    this.#options = options;
  }

  /**
   * Does what is asked and emits the answer.
   * @throws RequestError, PeerError when it cannot be done; nothing has changed then
   */
  answer(ref: Ref | undefined, request: Request): Promise<void> | void {
    const { session, emit, emitKept, leave } = this.#options;
    const { peer } = session;
    const ok = (fields: Fields = {}): void => emit('ok', { ...refFields(ref), ...fields });
    switch (request.type) {
      case 'say':
        return this.#say(ref, request);
      case 'edit':
        return this.#change(ref, request.id, { kind: 'edit', text: request.text });
      case 'delete':
        return this.#change(ref, request.id, { kind: 'delete' });
      case 'react':
        return this.#change(ref, request.id, {
          kind: 'react',
          emoji: request.emoji,
          on: request.on,
        });
      case 'join':
        if (!session.join(request.room))
          throw new RequestError('too-many-rooms', `at most ${roomsMax} rooms`);
        ok({ room: request.room });
        return emitKept(request.room);
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
        return emit('members', {
          ...refFields(ref),
          members: peer.members().map(memberFields),
        });
      case 'status':
        return this.#status(ref);
      case 'receipt':
        return emit('receipt', {
          ...refFields(ref),
          id: request.id,
          ...peer.receipt(readKey(request.id)),
        });
      case 'invite':
        return this.#invite(ref);
      case 'cache':
        return this.#askCache(ref, request.request);
      case 'leave':
        return this.settled().then(() => {
          ok();
          leave();
        });
    }
  }

  /** Resolves when everything said so far was answered. */
  async settled(): Promise<void> {
    await Promise.all(this.#unacknowledged);
  }

  async #status(ref: Ref | undefined): Promise<void> {
    const { session, cache, emit } = this.#options;
    const { peer } = session;
    // A cache that cannot be opened has told so already.
    const opened = await cache?.().catch(() => undefined);
    emit('status', {
      ...refFields(ref),
      ...syncFields(peer.status(), peer.members()),
      rooms: session.rooms,
      malformed: session.malformed,
      proofs: peer.status().equivocations.map(proofFields),
      clock: Object.fromEntries(peer.status().clock),
      counters: { ...peer.counters() },
      documents: opened?.documents?.status() ?? null,
    });
  }

  async #askCache(ref: Ref | undefined, request: CacheRequest): Promise<void> {
    const { cache, emit } = this.#options;
    if (cache === undefined) throw new RequestError('no-cache', 'this peer has no cache');
    try {
      const { key, done, value, version } = await askCache(await cache(), request);
      emit('entry', { ...refFields(ref), key, done, value, version: version ?? null });
    } catch (error) {
      if (codeOf(error) === '' || !(error instanceof Error)) throw error;
      throw new RequestError(codeOf(error), error.message);
    }
  }

  #invite(ref: Ref | undefined): void {
    const made = this.#options.invite();
    if (made === undefined)
      throw new RequestError('no-address', 'there is no address to invite to');
    this.#options.emit('invite', { ...refFields(ref), ...inviteFields(made) });
  }

  #change(ref: Ref | undefined, id: string, change: ChangeOf): void {
    const { session } = this.#options;
    const message = session.message(id);
    if (message === undefined) {
      throw new RequestError('no-such-message', 'no message of that id is known here (any more)');
    }
    if (change.kind !== 'react' && !message.own) {
      throw new RequestError('not-yours', 'only its author edits and deletes a message');
    }
    if (change.kind === 'edit' && Buffer.byteLength(change.text) > messageBytesMax) {
      throw new RequestError('too-long', `text too long, limit ${messageBytesMax}: not sent`);
    }
    this.#acknowledge(ref, session.change(message, change));
  }

  async #say(ref: Ref | undefined, request: Extract<Request, { type: 'say' }>): Promise<void> {
    const { session } = this.#options;
    const bytes = Buffer.byteLength(request.text);
    if (bytes > messageBytesMax) {
      throw new RequestError(
        'too-long',
        `text too long (${bytes} bytes, limit ${messageBytesMax}): not sent`,
      );
    }
    const place = this.#placeOf(request);
    const { publication } = session.say({ place, text: request.text, action: request.action });
    this.#acknowledge(ref, publication);
    if (publication.congested) await session.peer.drained();
    if (this.#unacknowledged.size >= unacknowledgedMax) await this.settled();
  }

  /** Says `ok` once the message is kept as `--durability` promises; what follows does not wait for it. */
  #acknowledge(ref: Ref | undefined, { id, key, links }: Publication): void {
    const { session, emit } = this.#options;
    const stored = session.peer.stored(id).then(
      () => emit('ok', { ...refFields(ref), id: key, links }),
      (error: unknown) => {
        if (!isPeerError(error)) throw error;
        emit('error', { ...refFields(ref), code: error.code, message: error.message });
      },
    );
    const acknowledged = stored.finally(() => this.#unacknowledged.delete(acknowledged));
    this.#unacknowledged.add(acknowledged);
  }

  #placeOf({ room, to }: Extract<Request, { type: 'say' }>): Place {
    const { session } = this.#options;
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

/** An answer carries the `ref` of its request, if that had one. */
export function refFields(ref: Ref | undefined): Fields {
  return ref === undefined ? {} : { ref };
}
