import { HearsayError } from '../../src/errors.js';
import type { OpenLink } from '../../src/overlay/links.js';
import { Links } from '../../src/overlay/links.js';
import { seededRandom } from '../../src/random.js';
import { AntiEntropy, type Catch } from '../../src/sync/anti-entropy.js';
import type { MergeResult, Replica } from '../../src/sync/replica.js';
import { type ContextOptions, type ReadEffect, type TestContext, testContext } from './context.js';
import { peer } from './identities.js';
import { linkOf } from './membership-world.js';

/**
 * The least of replicas: a set of small numbers. A summary is their list, a delta one number; 255
 * is none.
 */
export class NumberSet implements Replica {
  readonly held = new Set<number>();
  /** What a merge says to ask next. */
  next: Uint8Array | undefined;
  /** Whether a merge says that it learned something. */
  learned: boolean | undefined;

  summary(): Uint8Array {
    return Uint8Array.from([...this.held].sort((left, right) => left - right));
  }

  missing(summary: Uint8Array): Iterable<Uint8Array> {
    refuse(summary);
    return [...this.held]
      .filter((number) => !summary.includes(number))
      .map((number) => Uint8Array.of(number));
  }

  merge(delta: Uint8Array): MergeResult {
    refuse(delta);
    const before = this.held.size;
    for (const number of delta) this.held.add(number);
    return { added: this.held.size - before, next: this.next, learned: this.learned };
  }
}

function refuse(numbers: Uint8Array): void {
  if (numbers.includes(0xff)) throw new HearsayError('malformed', '255 is no small number');
}

/** Anti-entropy over one small replica and links to nowhere. */
export class SyncWorld {
  readonly time: TestContext;
  readonly links = new Links();
  readonly replica = new NumberSet();
  readonly antiEntropy: AntiEntropy;
  readonly caughtUp: Catch[] = [];
  readonly repaired: { readonly link: number; readonly replica: number; readonly added: number }[] =
    [];
  readonly blamed: { readonly link: number; readonly error: unknown }[] = [];

  constructor(options: ContextOptions = {}) {
    this.time = testContext(options);
    this.antiEntropy = new AntiEntropy(this.time.context, this.links, seededRandom('sync'), {
      caughtUp: (caught) => void this.caughtUp.push(caught),
      repaired: ({ id: link }, replica, added) => {
        this.repaired.push({ link, replica, added });
      },
      agreed: () => undefined,
      asked: () => undefined,
      blame: ({ id: link }, error) => void this.blamed.push({ link, error }),
    });
    this.antiEntropy.register(0, this.replica);
  }

  /** A link whose number is its peer's byte. */
  link(byte: number): OpenLink {
    const known = this.links.of(peer(byte));
    if (known !== undefined) return known;
    const link = linkOf(byte, this.time.context.now.monotonicMs);
    this.links.add(link);
    return this.links.open(link, peer(byte), 1);
  }

  take(): ReadEffect[] {
    return this.time.take();
  }

  pass(ms: number): void {
    this.time.at(this.time.context.now.monotonicMs + ms);
  }
}
