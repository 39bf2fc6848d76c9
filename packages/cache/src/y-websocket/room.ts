import * as Y from 'yjs';
import { encodeAwareness } from '../documents/awareness-states.js';
import type { OpenDocument } from '../documents/document-host.js';
import type { DocumentLimits } from '../documents/limits.js';
import type { Client } from './client.js';
import {
  awarenessMessage,
  type ClientMessage,
  stepOne,
  stepTwo,
  updateMessage,
} from './messages.js';

/** An edit on its way to the clients, and whom it came from. */
interface Edit {
  readonly update: Uint8Array;
  readonly origin: unknown;
}

/** What a room needs. */
export interface RoomOptions {
  readonly open: OpenDocument;
  readonly limits: DocumentLimits;
  /** Send clients their own edits too, as the stock server does. */
  readonly echo: boolean;
  readonly requestFlush: () => void;
}

/** A merge of more updates costs more than it saves: it grows with the square of their number. */
const MERGED_MAX = 64;
/** Merging for each author what the others wrote costs as many merges; with more authors all get all. */
const AUTHORS_MAX = 8;

/** The clients of one document at this peer, and what is on its way to them. */
export class Room {
  readonly open: OpenDocument;
  readonly clients: Set<Client> = new Set();
  readonly #options: RoomOptions;
  readonly #stopListening: () => void;
  #edits: Edit[] = [];
  /** Whose cursors and names changed, and who said so. */
  readonly #states = new Map<number, unknown>();

  constructor(options: RoomOptions) {
    this.#options = options;
    this.open = options.open;
    const { live, presence } = options.open;
    live.doc.on('update', this.#onUpdate);
    const forget = presence.listen((clients, origin) => {
      for (const client of clients) this.#states.set(client, origin);
      options.requestFlush();
    });
    this.#stopListening = () => {
      live.doc.off('update', this.#onUpdate);
      forget();
    };
  }

  /** A client came: it is asked for what we lack, and told who else is here. */
  enter(client: Client): void {
    const { live, presence } = this.open;
    this.clients.add(client);
    client.send(stepOne(live.stateVector));
    this.#sendPresent(client);
    presence.tick(Date.now());
  }

  /** A client is gone, and its cursor with it. */
  leave(client: Client): void {
    this.clients.delete(client);
    this.open.presence.leave((source) => source === client);
  }

  /** @throws HearsayError `malformed` */
  received(client: Client, message: ClientMessage): void {
    const { presence } = this.open;
    switch (message.kind) {
      case 'step-1':
        return this.#answer(client, message.stateVector);
      case 'step-2':
      case 'update':
        return this.#edit(client, message);
      case 'awareness': {
        const isOwn = !client.hasShownItself;
        client.hasShownItself = true;
        const returned = presence.apply(message.states, client, isOwn);
        if (returned.length > 0) client.send(awarenessMessage(encodeAwareness(returned)));
        return;
      }
      case 'query-awareness':
        return this.#sendPresent(client);
      case 'unknown':
        return;
    }
  }

  /** Sends what has gathered, merged. */
  flush(): void {
    const edits = this.#edits;
    this.#edits = [];
    for (let from = 0; from < edits.length; from += MERGED_MAX) {
      this.#sendEdits(edits.slice(from, from + MERGED_MAX));
    }
    if (this.#states.size > 0) this.#sendStates();
    for (const client of this.clients) this.#checkBehind(client);
  }

  /** A client that was behind has read everything: one update brings what it missed. */
  catchUp(client: Client): void {
    const { missedSince } = client;
    if (missedSince === undefined || !this.clients.has(client)) return;
    this.flush(); // What gathers now is in the update, and needs no second way.
    const { asked } = client;
    client.missedSince = undefined;
    client.asked = undefined;
    // An answer to what it asked holds what it missed, too: it asked after that.
    if (asked === undefined) client.send(updateMessage(this.open.live.missing(missedSince)));
    else client.send(stepTwo(this.open.live.missing(asked)));
    this.#sendPresent(client);
    this.#checkBehind(client);
  }

  close(): void {
    this.#stopListening();
  }

  readonly #onUpdate = (update: Uint8Array, origin: unknown): void => {
    this.#edits.push({ update, origin });
    this.#options.requestFlush();
  };

  /** Tells a client all that it lacks, now or when it has read what waits for it. */
  #answer(client: Client, stateVector: Uint8Array): void {
    if (client.missedSince !== undefined) {
      client.asked = new Uint8Array(stateVector);
      return;
    }
    // Each connection has one answer free: a large document is not held against its reader.
    const message = stepTwo(this.open.live.missing(stateVector));
    if (client.isSynced) client.answer(message);
    else client.send(message);
    client.isSynced = true;
    this.#checkBehind(client);
  }

  #checkBehind(client: Client): void {
    if (client.missedSince !== undefined || !client.isBehind) return;
    client.fallBehind(this.open.live.stateVector);
  }

  #edit(client: Client, { kind, update }: ClientMessage & { readonly update: Uint8Array }): void {
    if (client.access === 'read') return;
    const { live } = this.open;
    const { documentBytesMax } = this.#options.limits;
    if (live.isLargerThan(documentBytesMax)) {
      const reason = `the document is larger than ${documentBytesMax} bytes and takes no more edits`;
      return client.refuse('tooLarge', reason);
    }
    const isComplete = live.apply(update, client);
    // It builds on something we never got. An answer that still lacks something would lack it again.
    if (!isComplete && kind === 'update') client.send(stepOne(live.stateVector));
  }

  #sendEdits(edits: readonly Edit[]): void {
    const authors = new Set(edits.map(({ origin }) => origin));
    let all: Uint8Array | undefined;
    for (const client of this.clients) {
      if (this.#options.echo || !authors.has(client) || authors.size > AUTHORS_MAX) {
        all ??= merged(edits);
        client.send(all);
      } else if (authors.size > 1) {
        client.send(merged(edits.filter(({ origin }) => origin !== client)));
      }
    }
  }

  #sendStates(): void {
    const { presence } = this.open;
    const changed = [...this.#states];
    this.#states.clear();
    const sources = new Set(changed.map(([, origin]) => origin));
    const encode = (clients: readonly number[]): Uint8Array =>
      awarenessMessage(encodeAwareness(presence.entries(clients)));
    const all = encode(changed.map(([id]) => id));
    for (const client of this.clients) {
      if (this.#options.echo || !sources.has(client)) {
        client.send(all);
        continue;
      }
      const others = changed.filter(([, origin]) => origin !== client).map(([id]) => id);
      if (others.length > 0) client.send(encode(others));
    }
  }

  #sendPresent(client: Client): void {
    const { presence } = this.open;
    const states = presence.entries(presence.present());
    if (states.length > 0) client.answer(awarenessMessage(encodeAwareness(states)));
    this.#checkBehind(client);
  }
}

function merged(edits: readonly Edit[]): Uint8Array {
  const [first] = edits;
  if (first !== undefined && edits.length === 1) return updateMessage(first.update);
  return updateMessage(Y.mergeUpdates(edits.map(({ update }) => update)));
}
