import { join } from 'node:path';
import {
  createEngine,
  DEFAULT_LIMITS,
  type Engine,
  type Limits,
  type Message,
  seededRandom,
} from '@hearsay/core';
import { Ed25519Signer } from '../../src/crypto/ed25519-signer.js';
import { DEFAULT_RUNTIME_LIMITS, type RuntimeLimits } from '../../src/limits.js';
import { freshIdentity, type Identity } from '../../src/profile/profile.js';
import type { Durability } from '../../src/store/durability.js';
import { LogKeeper } from '../../src/store/log-keeper.js';

/** An engine over a log on disk, without any link. */
export interface LoggedEngine {
  readonly engine: Engine;
  readonly log: LogKeeper;
  readonly warnings: string[];
  say(text: string): void;
  texts(): string[];
}

/** What a test chooses. */
export interface LoggedOptions {
  readonly identity?: Identity;
  readonly generation?: number;
  readonly durability?: Durability;
  readonly limits?: Partial<Limits & RuntimeLimits>;
}

const decoder = new TextDecoder();

/** Opens a peer's log in a folder and runs an engine on it. */
export function openLogged(folder: string, options: LoggedOptions = {}): LoggedEngine {
  const identity = options.identity ?? freshIdentity();
  const limits = { ...DEFAULT_LIMITS, ...DEFAULT_RUNTIME_LIMITS, ...options.limits };
  const { durability = 'process' } = options;
  const log = LogKeeper.open({ folder, network: 'test', durability, limits });
  const warnings: string[] = [];
  log.listen({ warn: (code) => warnings.push(code), fail: ({ code }) => warnings.push(code) });
  const { store } = log;
  if (store === undefined) throw new Error('a log on disk has a store');
  const engine = createEngine({
    id: identity.id,
    generation: options.generation ?? 1,
    network: 'test',
    meta: new Uint8Array(),
    signer: new Ed25519Signer(identity.keys),
    random: seededRandom('log'),
    store,
    config: { batchQuietMs: 0 }, // Whatever is said is a batch, at once.
    limits,
  });
  const now = { monotonicMs: 1, wallMs: 1_000 };
  const handle = (input: Parameters<Engine['handle']>[0]): void => {
    for (const effect of engine.handle(input, now)) {
      if (effect.kind !== 'deliver' || !effect.own) continue;
      log.persist();
      log.delivered(effect.messages.at(-1)?.id.sequence ?? 0);
    }
    log.persist();
  };
  handle({ kind: 'start', addresses: [] });
  return {
    engine,
    log,
    warnings,
    say: (text) => {
      handle({
        kind: 'command',
        command: { kind: 'publish', topic: 'room', payload: Buffer.from(text) },
      });
      handle({ kind: 'wake' });
    },
    texts: () => engine.history(undefined, 9_999).map((message) => textOf(message)),
  };
}

/** Where the log of such an engine lies. */
export function logFolder(folder: string): string {
  return join(folder, 'log', '@test');
}

function textOf({ payload }: Message): string {
  return decoder.decode(payload);
}
