import { WebsocketProvider } from 'y-websocket';
import type * as Y from 'yjs';
import type { PeerList } from './peers.js';

/** How the page stands with the peers, in a word for the light and a line for people. */
interface Standing {
  readonly state: 'synced' | 'connecting' | 'alone';
  readonly line: string;
}

/** What the connection needs. */
export interface ConnectionOptions {
  readonly doc: Y.Doc;
  readonly key: string;
  readonly peers: PeerList;
  readonly token: string | undefined;
  readonly onStanding: (standing: Standing) => void;
}

/** An attempt waits at most this long for the next: a page that lost its peer wants another soon. */
const BACKOFF_MS_MAX = 1_000;
const REFRESH_MS = 5_000;

/** A stock provider that goes on to the next peer when its own is gone. */
export class Connection {
  readonly provider: WebsocketProvider;
  readonly #options: ConnectionOptions;
  /** Attempts since the last peer that answered. */
  #failures = 0;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    const { doc, key, peers, token } = options;
    this.provider = new WebsocketProvider(this.#url(), encodeURIComponent(key), doc, {
      params: token === undefined ? {} : { token },
      maxBackoffTime: BACKOFF_MS_MAX,
    });
    this.provider.on('sync', (synced) => {
      if (synced) this.#failures = 0;
      if (synced) void peers.refresh().then(() => this.#tell());
      this.#tell();
    });
    this.provider.on('status', () => this.#tell());
    this.provider.on('connection-close', (event) => {
      // One that says so has the document no longer, or no room; any other is gone.
      this.#failures += 1;
      peers.advance();
      this.#forgetOthers();
      this.provider.serverUrl = this.#url();
      this.#tell();
      // The next peer may take what this one refused for good.
      if (event !== null && event.code >= 4400 && event.code < 4500) this.#tryNext();
    });
    setInterval(() => {
      if (this.provider.synced) void peers.refresh().then(() => this.#tell());
    }, REFRESH_MS);
  }

  /**
   * The provider takes the cursors of others away when it loses its peer, but remembers their clocks,
   * and would not show them again before they move.
   */
  #forgetOthers(): void {
    const { meta, states } = this.provider.awareness;
    for (const client of meta.keys()) if (!states.has(client)) meta.delete(client);
  }

  #tryNext(): void {
    setTimeout(() => this.provider.connect(), BACKOFF_MS_MAX);
  }

  #url(): string {
    const scheme = location.protocol === 'https:' ? 'wss:' : 'ws:';
    return `${scheme}//${this.#options.peers.current.address}/yjs`;
  }

  #tell(): void {
    const { onStanding, peers } = this.#options;
    const { nick, address } = peers.current;
    const peer = `${nick} at ${address}`;
    if (this.provider.synced) {
      return onStanding({ state: 'synced', line: `connected to ${peer}, all is in sync` });
    }
    if (this.provider.wsconnected) {
      return onStanding({ state: 'connecting', line: `connected to ${peer}, catching up` });
    }
    if (this.#failures <= peers.all.length) {
      return onStanding({ state: 'connecting', line: `connecting to ${peer}` });
    }
    const line = 'no peer answers: what you write stays in this page, and is sent when one does';
    return onStanding({ state: 'alone', line });
  }
}
