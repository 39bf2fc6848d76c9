import type { PeerId } from '@hearsay/core';
import {
  formatAddress,
  type Peer,
  type PeerEventName,
  type PeerEvents,
  parseAddress,
  shortKeyId,
} from '@hearsay/node';
import type { Names } from '../chat/names.js';
import { sanitiseLine } from '../text/sanitise.js';
import type { Notice } from '../view/notice.js';
import { RepeatLimiter } from './repeat-limiter.js';

export interface TroublesOptions {
  readonly peer: Peer;
  readonly names: Names;
  /** `host:port` that the person asked to dial. */
  readonly joined: readonly string[];
  readonly tell: (notice: Notice) => void;
}

/** Tells what goes wrong: each in a line, at once, and again only rarely while it lasts. */
export class Troubles {
  readonly #options: TroublesOptions;
  readonly #repeats = new RepeatLimiter();
  readonly #joined: Set<string>;
  readonly #diverged = new Set<PeerId>();
  #isolated = false;

  constructor(options: TroublesOptions) {
    this.#options = options;
    this.#joined = new Set(options.joined.map(normalAddress));
  }

  /** Failures to reach this address are told from now on. */
  expect(address: string): void {
    const normal = normalAddress(address);
    this.#joined.add(normal);
    this.#repeats.forget(`dial ${normal}`);
  }

  /** @returns what takes the listeners away again */
  listen(): (() => void)[] {
    const { peer, names, tell } = this.#options;
    const on = <Name extends PeerEventName>(
      name: Name,
      react: (event: PeerEvents[Name]) => void,
    ): (() => void) => peer.on(name, react);
    return [
      on('sync', () => this.#lookForDivergence()),
      on('isolated', ({ isolated, lost, of }) => this.#onIsolated(isolated, lost, of)),
      on('stalled', ({ ms }) => tell({ kind: 'stalled', ms })),
      on('lagged', ({ id, frames, bytes }) =>
        this.#tellRarely(`lag ${id}`, { kind: 'lagged', name: names.of(id), frames, bytes }),
      ),
      on('refused', (event) => this.#onRefused(event)),
      on('dial-failed', (event) => this.#onDialFailed(event)),
      on('link', ({ up, address }) => {
        if (up && address !== undefined) this.#repeats.forget(`dial ${normalAddress(address)}`);
      }),
      on('gap', ({ stream, from, to }) => {
        const member = peer.members().find(({ id }) => stream.startsWith(`${id}.`));
        const name = member === undefined ? `~${stream.slice(0, 4)}` : names.of(member.id);
        tell({ kind: 'gap', name, messages: to - from + 1 });
      }),
      on('keys', ({ change, key }) => tell({ kind: 'key', change, key: shortKeyId(key) })),
      on('warning', ({ code, message }) =>
        this.#tellRarely(`warning ${code}`, { kind: 'warning', message: sanitiseLine(message) }),
      ),
    ];
  }

  #lookForDivergence(): void {
    const { peer, names, tell } = this.#options;
    for (const { id, diverged } of peer.members()) {
      if (!diverged) this.#diverged.delete(id);
      else if (!this.#diverged.has(id)) {
        this.#diverged.add(id);
        tell({ kind: 'diverged', name: names.of(id) });
      }
    }
  }

  #onIsolated(isolated: boolean, lost: number, of: number): void {
    if (isolated === this.#isolated) return;
    this.#isolated = isolated;
    this.#options.tell(isolated ? { kind: 'isolated', lost, of } : { kind: 'reconnected' });
  }

  #onRefused({ address, code, reason, by }: PeerEvents['refused']): void {
    // `dial-failed` tells it of a joined address, with the next attempt.
    if (address !== undefined && this.#joined.has(normalAddress(address))) return;
    // Whoever dials us does so from another port each time.
    const host = address?.replace(/:\d+$/, '') ?? 'a peer';
    this.#tellRarely(`refused ${host} ${code} ${by}`, {
      kind: 'refused',
      who: sanitiseLine(address ?? host),
      by,
      reason: withAdvice(sanitiseLine(reason) || `code ${code}`, by === 'them'),
    });
  }

  #onDialFailed({ address, attempt, retryMs, detail }: PeerEvents['dial-failed']): void {
    const normal = normalAddress(address);
    if (!this.#joined.has(normal)) return;
    this.#tellRarely(`dial ${normal}`, {
      kind: 'unreachable',
      address: normal,
      detail: withAdvice(sanitiseLine(detail), true),
      attempt,
      retryMs,
    });
  }

  #tellRarely(key: string, notice: Notice): void {
    if (this.#repeats.allows(key, Date.now())) this.#options.tell(notice);
  }
}

/** Who is shut out learns what to do, also one whose key was changed while it was away. */
function withAdvice(reason: string, shutOut: boolean): string {
  if (!shutOut || !reason.includes('network key')) return reason;
  return `${reason}; ask a member for a new invite`;
}

function normalAddress(address: string): string {
  const parsed = parseAddress(address);
  return parsed === undefined ? address : formatAddress(parsed);
}
