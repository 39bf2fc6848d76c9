import { describe, expect, it } from 'vitest';
import { hashBytes } from '../../src/log/state-hash.js';
import { sent } from '../support/context.js';
import { peer } from '../support/identities.js';
import { SyncWorld } from '../support/sync-world.js';

const A = 0x0a;
const B = 0x0b;
const OTHER = { high: 1, low: 2 };

const offer = (reply: boolean, hash = OTHER) =>
  ({ kind: 'offer', replica: 0, hash, reply }) as const;
const end = (more: boolean) => ({ kind: 'delta-end', replica: 0, more }) as const;
const delta = (...numbers: number[]) =>
  ({ kind: 'delta', replica: 0, bytes: Uint8Array.from(numbers) }) as const;

/** Quiet for long enough that any difference is worth a pull. */
function quiet(): SyncWorld {
  const made = new SyncWorld();
  made.link(A);
  made.link(B);
  made.pass(1_000);
  return made;
}

describe('a new link', () => {
  it('is offered our hash at once', () => {
    const made = quiet();
    made.antiEntropy.linkUp(made.link(A));
    const hash = hashBytes(made.replica.summary());
    expect(made.take()).toEqual([{ kind: 'send', link: A, frame: offer(false, hash) }]);
  });

  it('is pulled from even while messages pour in, but only for its first offer', () => {
    const made = quiet();
    made.antiEntropy.linkUp(made.link(A));
    made.replica.held.add(1);
    made.take();
    made.antiEntropy.offer(made.link(A), offer(false));
    expect(sent(made.take(), 'want')).toHaveLength(1);
    made.antiEntropy.deltaEnd(made.link(A), end(false));
    made.replica.held.add(2);
    made.antiEntropy.offer(made.link(A), offer(false));
    expect(made.take()).toEqual([]);
  });
});

describe('the round of each second', () => {
  it('offers to one neighbour and asks for an answer', () => {
    const made = quiet();
    made.antiEntropy.round();
    const offers = sent(made.take(), 'offer');
    expect(offers).toHaveLength(1);
    expect(offers[0]?.frame.reply).toBe(true);
    expect(made.time.context.deadlines.nextMs).toBe(made.time.context.now.monotonicMs + 1_000);
  });

  it('comes to every neighbour in time', () => {
    const made = quiet();
    const asked = new Set<number>();
    for (let round = 0; round < 30; round++) {
      made.antiEntropy.round();
      for (const { link } of sent(made.take(), 'offer')) asked.add(link);
    }
    expect(asked).toEqual(new Set([A, B]));
  });

  it('needs no neighbour', () => {
    const made = new SyncWorld();
    made.antiEntropy.round();
    expect(made.take()).toEqual([]);
  });
});

describe('an offer', () => {
  it('that asks for an answer gets one, which asks for none', () => {
    const made = quiet();
    const hash = hashBytes(made.replica.summary());
    made.antiEntropy.offer(made.link(A), offer(true, hash));
    expect(made.take()).toEqual([{ kind: 'send', link: A, frame: offer(false, hash) }]);
  });

  it('of another hash is followed by a pull', () => {
    const made = quiet();
    made.replica.held.add(3);
    made.antiEntropy.round();
    made.pass(250);
    made.take();
    made.antiEntropy.offer(made.link(A), offer(false));
    expect(made.take()).toEqual([
      { kind: 'send', link: A, frame: { kind: 'want', replica: 0, summary: Uint8Array.of(3) } },
    ]);
  });

  it('of another hash is let pass while our own has just changed', () => {
    const made = quiet();
    made.replica.held.add(3);
    made.antiEntropy.round();
    made.take();
    made.pass(249);
    made.antiEntropy.offer(made.link(A), offer(false));
    expect(made.take()).toEqual([]);
  });

  it('about a replica that we do not have is ignored', () => {
    const made = quiet();
    made.antiEntropy.offer(made.link(A), { ...offer(true), replica: 7 });
    made.antiEntropy.want(made.link(A), { kind: 'want', replica: 7, summary: Uint8Array.of() });
    made.antiEntropy.delta(made.link(A), { ...delta(1), replica: 7 });
    expect(made.take()).toEqual([]);
  });
});

describe('a pull', () => {
  it('is answered with what is missing, and an end', () => {
    const made = quiet();
    for (const number of [1, 2, 3]) made.replica.held.add(number);
    made.antiEntropy.want(made.link(A), { kind: 'want', replica: 0, summary: Uint8Array.of(2) });
    expect(made.take()).toEqual([
      { kind: 'send', link: A, frame: delta(1) },
      { kind: 'send', link: A, frame: delta(3) },
      { kind: 'send', link: A, frame: end(false) },
    ]);
  });

  it('is answered up to a bound, and the end says that there is more', () => {
    const made = new SyncWorld({ limits: { pullBytesMax: 2 } });
    for (const number of [1, 2, 3]) made.replica.held.add(number);
    made.antiEntropy.want(made.link(A), { kind: 'want', replica: 0, summary: Uint8Array.of() });
    expect(made.take().map((effect) => effect.kind === 'send' && effect.frame)).toEqual([
      delta(1),
      delta(2),
      end(true),
    ]);
  });

  it('asks again for more, says what it brought, and ends', () => {
    const made = quiet();
    made.antiEntropy.offer(made.link(A), offer(false));
    made.take();
    made.antiEntropy.delta(made.link(A), delta(1, 2));
    made.antiEntropy.deltaEnd(made.link(A), end(true));
    expect(sent(made.take(), 'want')).toMatchObject([{ frame: { summary: Uint8Array.of(1, 2) } }]);
    made.pass(30);
    made.antiEntropy.delta(made.link(A), delta(3));
    made.antiEntropy.deltaEnd(made.link(A), end(false));
    expect(made.take()).toEqual([]);
    const caught = { replica: 0, from: peer(A), added: 3, tookMs: 30 };
    expect(made.caughtUp).toEqual([caught]);
  });

  it('ends when what came changed nothing, though there should be more', () => {
    const made = quiet();
    made.replica.held.add(1);
    made.antiEntropy.pull(0, made.link(A));
    made.take();
    for (let time = 0; time < 20; time++) {
      made.antiEntropy.delta(made.link(A), delta(1));
      made.antiEntropy.deltaEnd(made.link(A), end(true));
    }
    expect(sent(made.take(), 'want').length).toBeLessThanOrEqual(1);
  });

  it('that was cut short and changed nothing is tried again with the next offer, a whole one is not', () => {
    const made = quiet();
    made.antiEntropy.offer(made.link(A), offer(false));
    made.antiEntropy.deltaEnd(made.link(A), end(true));
    made.take();
    made.antiEntropy.offer(made.link(A), offer(false));
    expect(sent(made.take(), 'want')).toHaveLength(1);
    made.antiEntropy.deltaEnd(made.link(A), end(false));
    made.antiEntropy.offer(made.link(A), offer(false));
    expect(sent(made.take(), 'want')).toEqual([]);
  });

  it('asks again when what came changed nothing yet, but taught something', () => {
    const made = quiet();
    made.replica.held.add(1);
    made.antiEntropy.pull(0, made.link(A));
    made.replica.learned = true;
    made.antiEntropy.delta(made.link(A), delta(1));
    made.take();
    made.antiEntropy.deltaEnd(made.link(A), end(true));
    expect(sent(made.take(), 'want')).toHaveLength(1);
    made.antiEntropy.deltaEnd(made.link(A), end(true));
    expect(made.take()).toEqual([]);
  });

  it('asks what it was told to ask next, and no more than eight times in a row', () => {
    const made = quiet();
    made.antiEntropy.offer(made.link(A), offer(false));
    made.take();
    made.replica.next = Uint8Array.of(7);
    const asked: unknown[] = [];
    for (let time = 0; time < 20; time++) {
      made.antiEntropy.delta(made.link(A), delta());
      made.antiEntropy.deltaEnd(made.link(A), end(false));
      asked.push(...sent(made.take(), 'want').map(({ frame }) => frame.summary));
    }
    expect(asked).toEqual(Array.from({ length: 8 }, () => Uint8Array.of(7)));
  });

  it('asks nothing that another neighbour told it to ask', () => {
    const made = quiet();
    made.antiEntropy.offer(made.link(A), offer(false));
    made.take();
    made.replica.next = Uint8Array.of(7);
    made.antiEntropy.delta(made.link(B), delta());
    made.antiEntropy.deltaEnd(made.link(A), end(false));
    expect(sent(made.take(), 'want')).toEqual([]);
  });

  it('that brings nothing is not told of', () => {
    const made = quiet();
    made.antiEntropy.offer(made.link(A), offer(false));
    made.antiEntropy.deltaEnd(made.link(A), end(false));
    expect(made.caughtUp).toEqual([]);
  });

  it('runs from one neighbour at a time; another is asked for its hash afterwards', () => {
    const made = quiet();
    made.antiEntropy.offer(made.link(A), offer(false));
    made.take();
    made.antiEntropy.offer(made.link(A), offer(false));
    made.antiEntropy.offer(made.link(B), offer(false));
    expect(made.take()).toEqual([]);
    made.antiEntropy.deltaEnd(made.link(A), end(false));
    expect(sent(made.take(), 'offer')).toMatchObject([{ link: B, frame: { reply: true } }]);
    // Its answer is taken at its word, though the pull has just changed us.
    made.replica.held.add(9);
    made.antiEntropy.offer(made.link(B), offer(false));
    expect(sent(made.take(), 'want')).toMatchObject([{ link: B }]);
  });

  it('is not ended or fed by another neighbour', () => {
    const made = quiet();
    made.antiEntropy.offer(made.link(A), offer(false));
    made.take();
    made.antiEntropy.delta(made.link(B), delta(5));
    made.antiEntropy.deltaEnd(made.link(B), end(true));
    made.antiEntropy.deltaEnd(made.link(B), end(false));
    expect(made.take()).toEqual([]);
    // What it sent is kept all the same.
    expect([...made.replica.held]).toEqual([5]);
    made.antiEntropy.deltaEnd(made.link(A), end(false));
    expect(made.caughtUp).toEqual([]);
  });

  it('that says nothing for two seconds is given up for the next', () => {
    const made = quiet();
    made.antiEntropy.offer(made.link(A), offer(false));
    made.antiEntropy.offer(made.link(B), offer(false));
    made.take();
    made.pass(1_999);
    made.antiEntropy.expire();
    expect(made.take()).toEqual([]);
    made.pass(1);
    made.antiEntropy.expire();
    expect(sent(made.take(), 'offer')).toMatchObject([{ link: B }]);
  });

  it('is kept up while anything comes', () => {
    const made = quiet();
    made.antiEntropy.offer(made.link(A), offer(false));
    made.pass(1_500);
    made.antiEntropy.delta(made.link(A), delta(1));
    made.pass(1_500);
    made.antiEntropy.expire();
    made.take();
    made.antiEntropy.deltaEnd(made.link(A), end(true));
    expect(sent(made.take(), 'want')).toHaveLength(1);
  });

  it.each([
    ['nothing', false, () => delta()],
    ['something', false, (turn: number) => delta(turn)],
    ['something, with more to come', true, (turn: number) => delta(turn)],
  ])('that brings %s for ever makes way for a neighbour that waits', (_, ends, brought) => {
    const made = quiet();
    made.antiEntropy.offer(made.link(A), offer(false));
    made.antiEntropy.offer(made.link(B), offer(false));
    made.take();
    const asked = new Set<number>();
    for (let turn = 0; turn < 31; turn++) {
      made.pass(1_000);
      made.antiEntropy.delta(made.link(A), brought(turn));
      if (ends) made.antiEntropy.deltaEnd(made.link(A), end(true));
      // It is quicker than whoever waits.
      made.antiEntropy.offer(made.link(A), offer(false));
      made.antiEntropy.expire();
      made.antiEntropy.offer(made.link(A), offer(false));
      for (const { link } of sent(made.take(), 'want')) asked.add(link);
    }
    expect(asked).toContain(B);
  });

  it('may last for as long as it brings something while nobody waits', () => {
    const made = quiet();
    made.antiEntropy.offer(made.link(A), offer(false));
    for (let turn = 0; turn < 100; turn++) {
      made.pass(1_000);
      made.antiEntropy.delta(made.link(A), delta(turn));
      made.antiEntropy.expire();
    }
    expect(made.caughtUp).toEqual([]);
    made.antiEntropy.deltaEnd(made.link(A), end(false));
    expect(made.caughtUp).toMatchObject([{ added: 100 }]);
  });

  it('ends with its link, and what it brought until then is told', () => {
    const made = quiet();
    made.antiEntropy.offer(made.link(A), offer(false));
    made.antiEntropy.delta(made.link(A), delta(1));
    made.links.remove(A);
    made.antiEntropy.linkDown(peer(A));
    expect(made.caughtUp).toMatchObject([{ added: 1 }]);
    made.take();
    made.antiEntropy.pull(0, made.link(B));
    expect(sent(made.take(), 'want')).toMatchObject([{ link: B }]);
  });
});
