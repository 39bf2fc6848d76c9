import { type Input, type LinkId, seededRandom } from '@hearsay/core';
import { Network } from '../../src/network/network.js';
import { Routes } from '../../src/network/route.js';
import { DEFAULT_NETWORK, type NetworkSettings } from '../../src/network/settings.js';
import type { Station } from '../../src/network/station.js';
import { Timeline, US_PER_MS } from '../../src/timeline.js';

/** A process without an engine: it only writes down what it is told. */
class FakeStation implements Station {
  readonly host: string;
  readonly heard: string[] = [];
  readonly waiting: (() => void)[] = [];
  powered = true;
  frozen = false;
  running = true;
  #links = 0;

  constructor(host: string) {
    this.host = host;
  }

  newLink(): LinkId {
    this.#links += 1;
    return this.#links;
  }

  newPort(): string {
    return `${this.host}:50000`;
  }

  receive(input: Input, read: () => void): void {
    if (this.frozen) {
      this.waiting.push(() => this.receive(input, read));
      return;
    }
    read();
    this.heard.push(describe(input));
  }

  thaw(): void {
    this.frozen = false;
    for (const take of this.waiting.splice(0)) take();
  }
}

export interface FakeWorld {
  readonly network: Network;
  readonly a: FakeStation;
  readonly b: FakeStation;
  run(ms: number): void;
  /** Dials from a to b and returns the two ends. */
  connect(): void;
  send(from: FakeStation, text: string, priority?: 'control' | 'bulk'): void;
}

/** Two stations `a` and `b`; b listens. */
export function fakeWorld(changes: Partial<NetworkSettings> = {}): FakeWorld {
  const random = seededRandom('stations');
  const timeline = new Timeline(random.split('ties'));
  const settings: NetworkSettings = { ...DEFAULT_NETWORK, latencyMs: 10, ...changes };
  const [a, b] = [new FakeStation('a'), new FakeStation('b')];
  const routes = new Routes(settings, random.split('network'), random.split('faults'));
  const network = new Network(timeline, routes, settings, {
    hostAt: (address) => (address === 'b' ? { name: 'b', powered: b.powered } : undefined),
    listenerAt: (address) => (address === 'b' && b.running ? b : undefined),
  });
  const run = (ms: number): void => {
    const untilUs = timeline.nowUs + ms * US_PER_MS;
    while (timeline.step(untilUs));
    timeline.advance(untilUs);
  };
  return {
    network,
    a,
    b,
    run,
    connect() {
      network.dial(a, 'b');
      run(100);
    },
    send(from, text, priority = 'control') {
      network.end(from, 1)?.send(new TextEncoder().encode(text), priority, 1);
    },
  };
}

function describe(input: Input): string {
  switch (input.kind) {
    case 'link-opened':
      return input.dialled === undefined ? 'accepted' : 'opened';
    case 'dial-failed':
      return input.failure;
    case 'frames':
      return new TextDecoder().decode(input.bytes);
    case 'link-closed':
      return `closed ${input.closure.code}`;
    case 'lagged':
      return `lagged ${input.frames} ${input.bytes}`;
    default:
      return input.kind;
  }
}
