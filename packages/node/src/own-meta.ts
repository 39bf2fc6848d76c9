import type { PeerId } from '@hearsay/core';
import type { Roster } from './events/roster.js';
import type { NetworkKeys } from './network/network-keys.js';
import { checkMeta, metaOf, type Settings } from './settings.js';

export interface OwnMetaOptions {
  readonly self: PeerId;
  readonly settings: Settings;
  readonly keys: NetworkKeys;
  readonly roster: Roster;
  /** Tells others. @throws PeerError `closed` */
  readonly tell: (meta: Uint8Array) => void;
}

/** What we say of ourselves: a nick, tags, and which keys of the network we have. */
export class OwnMeta {
  readonly #options: OwnMetaOptions;
  #nick: string;

  constructor(options: OwnMetaOptions) {
    this.#options = options;
    this.#nick = options.settings.nick;
    options.roster.set(options.self, this.#encode(this.#nick));
  }

  get nick(): string {
    return this.#nick;
  }

  /** @throws PeerError `meta-too-large`, `closed` */
  rename(nick: string): void {
    checkMeta(nick, this.#options.settings);
    const meta = this.#encode(nick);
    this.#options.tell(meta);
    this.#nick = nick;
    this.#options.roster.set(this.#options.self, meta);
  }

  /** The keys changed. @throws PeerError `closed` */
  refresh(): void {
    this.rename(this.#nick);
  }

  #encode(nick: string): Uint8Array {
    return metaOf(nick, this.#options.settings, this.#options.keys);
  }
}
