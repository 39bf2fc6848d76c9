import type { Config } from '../../src/config.js';
import type { Effect, Message, PeerEvent } from '../../src/effect.js';
import { createEngine } from '../../src/engine.js';
import type { Engine } from '../../src/engine-api.js';
import type { Input } from '../../src/input.js';
import type { Limits } from '../../src/limits.js';
import { seededRandom } from '../../src/random.js';
import { ascii, peer } from './identities.js';
import { testSigner } from './signer.js';

/** One engine with what it did; `links` names the other end of each link. */
export interface Station {
  readonly engine: Engine;
  readonly address: string;
  readonly links: Map<number, { readonly to: Station; readonly link: number }>;
  readonly effects: Effect[];
  readonly events: PeerEvent[];
  readonly delivered: Message[];
  wakeMs: number;
}

/** Engines joined without delay or loss: just enough to see them meet. The simulator does the rest. */
export class Mesh {
  readonly stations: Station[] = [];
  readonly #queue: { readonly to: Station; readonly input: Input }[] = [];
  nowMs = 1_000;
  #links = 0;

  add(
    byte: number,
    options: { generation?: number; config?: Partial<Config>; limits?: Partial<Limits> } = {},
  ): Station {
    const { generation = 1, config = {}, limits = {} } = options;
    const random = seededRandom(`mesh ${byte} ${generation}`);
    const station: Station = {
      engine: createEngine({
        id: peer(byte),
        generation,
        network: 'test',
        meta: ascii(`peer ${byte}`),
        signer: testSigner(peer(byte)),
        random,
        config,
        limits,
      }),
      address: `host${byte}:${generation}`,
      links: new Map(),
      effects: [],
      events: [],
      delivered: [],
      wakeMs: Number.POSITIVE_INFINITY,
    };
    this.stations.push(station);
    this.feed(station, { kind: 'start', addresses: [station.address] });
    return station;
  }

  /** Gives one input and lets everything that follows from it happen. */
  feed(to: Station, input: Input): void {
    this.#queue.push({ to, input });
    this.#settle();
  }

  join(from: Station, to: Station): void {
    this.feed(from, { kind: 'command', command: { kind: 'join', address: to.address } });
  }

  publish(from: Station, text: string): void {
    const command = { kind: 'publish', topic: 'room', payload: ascii(text) } as const;
    this.feed(from, { kind: 'command', command });
  }

  /** Lets virtual time pass. */
  run(forMs: number): void {
    const endMs = this.nowMs + forMs;
    for (;;) {
      const next = this.stations.reduce((best, each) => (each.wakeMs < best.wakeMs ? each : best));
      if (next.wakeMs > endMs) break;
      this.nowMs = Math.max(this.nowMs, next.wakeMs);
      next.wakeMs = Number.POSITIVE_INFINITY;
      this.feed(next, { kind: 'wake' });
    }
    this.nowMs = endMs;
  }

  #settle(): void {
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
      const { to, input } = next;
      const now = { monotonicMs: this.nowMs, wallMs: 1_700_000_000_000 + this.nowMs };
      for (const effect of to.engine.handle(input, now)) this.#apply(to, effect);
    }
  }

  #apply(station: Station, effect: Effect): void {
    station.effects.push(effect);
    switch (effect.kind) {
      case 'send': {
        const end = station.links.get(effect.link);
        if (end === undefined) return;
        this.#queue.push({
          to: end.to,
          input: { kind: 'frames', link: end.link, bytes: effect.bytes },
        });
        return;
      }
      case 'dial':
        return this.#dial(station, effect.address);
      case 'close':
        return this.close(station, effect.link, effect.code, effect.reason);
      case 'wake':
        station.wakeMs = effect.atMs;
        return;
      case 'deliver':
        station.delivered.push(...effect.messages);
        return;
      case 'event':
        station.events.push(effect.event);
        return;
      case 'published':
      case 'posted':
      case 'post':
      case 'repaired':
        return;
    }
  }

  /** Ends a link at both ends. */
  close(station: Station, link: number, code: number, reason: string): void {
    const end = station.links.get(link);
    station.links.delete(link);
    const closure = { code, reason };
    this.#queue.push({ to: station, input: { kind: 'link-closed', link, closure } });
    if (end === undefined) return;
    end.to.links.delete(end.link);
    this.#queue.push({ to: end.to, input: { kind: 'link-closed', link: end.link, closure } });
  }

  #dial(from: Station, address: string): void {
    const to = this.stations.find((station) => station.address === address);
    if (to === undefined) {
      const detail = 'nobody there';
      this.#queue.push({
        to: from,
        input: { kind: 'dial-failed', address, failure: 'refused', detail },
      });
      return;
    }
    const near = ++this.#links;
    const far = ++this.#links;
    from.links.set(near, { to, link: far });
    to.links.set(far, { to: from, link: near });
    this.#queue.push({ to, input: { kind: 'link-opened', link: far, remote: from.address } });
    this.#queue.push({ to: from, input: { kind: 'link-opened', link: near, dialled: address } });
  }
}
