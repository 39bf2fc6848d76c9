/** A peer that has the document, and where its HTTP port is. */
export interface PadPeer {
  readonly nick: string;
  /** `host:port`. */
  readonly address: string;
}

/** What a peer answers at `/pad/peers`: itself first. */
interface PeersAnswer {
  readonly peers: readonly PadPeer[];
}

const PEERS_MAX = 64;

/** The peers that the page knows: the one that served it, and those that it told of. */
export class PeerList {
  readonly #token: string | undefined;
  #peers: readonly PadPeer[];
  #at = 0;

  constructor(home: string, token: string | undefined) {
    this.#token = token;
    this.#peers = [{ nick: 'this peer', address: home }];
  }

  get all(): readonly PadPeer[] {
    return this.#peers;
  }

  /** The one in use, or tried now. */
  get current(): PadPeer {
    return this.#peers[this.#at % this.#peers.length] ?? { nick: '?', address: location.host };
  }

  /** The next one has its turn. */
  advance(): void {
    this.#at = (this.#at + 1) % this.#peers.length;
  }

  /** Asks the current one which others there are; those heard of before stay behind them. */
  async refresh(): Promise<void> {
    const { address } = this.current;
    const query = this.#token === undefined ? '' : `?token=${encodeURIComponent(this.#token)}`;
    try {
      const response = await fetch(`${location.protocol}//${address}/pad/peers${query}`);
      const answer: unknown = await response.json();
      if (!isAnswer(answer)) return;
      const told = answer.peers.map((peer, index) => (index === 0 ? { ...peer, address } : peer));
      this.#merge(told, address);
    } catch {
      // It is gone, or going: the list that is here is what it is for.
    }
  }

  #merge(told: readonly PadPeer[], current: string): void {
    const addresses = new Set(told.map(({ address }) => address));
    const known = this.#peers.filter(({ address }) => !addresses.has(address));
    this.#peers = [...told, ...known].slice(0, PEERS_MAX);
    this.#at = Math.max(
      0,
      this.#peers.findIndex(({ address }) => address === current),
    );
  }
}

function isAnswer(value: unknown): value is PeersAnswer {
  if (typeof value !== 'object' || value === null || !('peers' in value)) return false;
  return Array.isArray(value.peers) && value.peers.every(isPeer);
}

function isPeer(value: unknown): value is PadPeer {
  if (typeof value !== 'object' || value === null) return false;
  if (!('nick' in value && 'address' in value)) return false;
  return typeof value.nick === 'string' && typeof value.address === 'string';
}
