import { describe, expect, it } from 'vitest';
import { type ReadEffect, sent } from '../support/context.js';
import { peer } from '../support/identities.js';
import { ProberWorld, SUMMARY } from '../support/prober-world.js';

const TARGET = 0x60;
const HELPERS = [0x61, 0x62, 0x63];

/** The target has been silent for a second, the helpers have just been heard. */
function world(helpers: readonly number[] = HELPERS): ProberWorld {
  const made = new ProberWorld();
  for (const byte of [TARGET, ...helpers]) made.meet(byte);
  made.time.at(made.nowMs + 1_000);
  made.heardAllBut(TARGET);
  made.time.context.deadlines.clear();
  made.time.take();
  return made;
}

function nonceOf(effects: readonly ReadEffect[]): number {
  const [ping] = sent(effects, 'ping');
  if (ping === undefined) throw new Error('no ping was sent');
  return ping.frame.nonce;
}

/** Probes the target until its helpers are asked. @returns the nonce */
function askHelpers(made: ProberWorld): number {
  made.prober.probe(made.member(TARGET));
  const nonce = nonceOf(made.time.take());
  made.pass(400);
  return nonce;
}

function sorted(numbers: readonly number[]): number[] {
  return numbers.toSorted((left, right) => left - right);
}

const ack = (nonce: number) => ({ kind: 'ack', nonce, ...SUMMARY }) as const;

describe('a probe round', () => {
  it('pings who was silent for half a period, and nobody who was just heard', () => {
    const made = world();
    made.prober.round();
    const effects = made.time.take();
    expect(effects).toEqual([
      { kind: 'send', link: TARGET, frame: { kind: 'ping', nonce: nonceOf(effects), ...SUMMARY } },
    ]);
    made.prober.ack(made.link(TARGET), ack(nonceOf(effects)));
    made.heardAllBut();
    expect(sent(made.pass(800), 'ping').map(({ link }) => link)).toEqual([TARGET, ...HELPERS]);
  });

  it('comes again after each period', () => {
    const made = world([]);
    made.prober.round();
    expect(made.time.context.deadlines.nextMs).toBe(made.nowMs + 400);
    made.heardAllBut();
    made.prober.ack(made.link(TARGET), ack(nonceOf(made.time.take())));
    expect(made.pass(799)).toEqual([]);
    expect(made.pass(1)).toHaveLength(1);
  });

  it('probes all silent members of a small mesh at once, and few of a large one', () => {
    const small = world(Array.from({ length: 7 }, (_, index) => 0x61 + index));
    small.time.at(small.nowMs + 1_000);
    small.prober.round();
    expect(sent(small.time.take(), 'ping')).toHaveLength(8);

    const large = world(Array.from({ length: 8 }, (_, index) => 0x61 + index));
    large.time.at(large.nowMs + 1_000);
    large.prober.round();
    expect(sent(large.time.take(), 'ping')).toHaveLength(2);
  });

  it('comes to every member of a large mesh once in each turn of the round robin', () => {
    const made = world(Array.from({ length: 19 }, (_, index) => 0x61 + index));
    const turn = (): number[] => {
      const probed: number[] = [];
      for (let round = 0; round < 10; round++) {
        made.time.at(made.nowMs + 800);
        for (const link of made.links.neighbours()) link.heardMs = made.nowMs;
        made.prober.round();
        for (const { link, frame } of sent(made.time.take(), 'ping')) {
          probed.push(link);
          made.prober.ack(made.link(link), ack(frame.nonce));
        }
      }
      return probed;
    };
    const first = turn();
    expect(sorted(first)).toEqual(Array.from({ length: 20 }, (_, index) => TARGET + index));
    const second = turn();
    expect(sorted(second)).toEqual(sorted(first));
    expect(second).not.toEqual(first);
  });

  it('pings who did not tell for two periods what it holds, though it is heard', () => {
    const made = world();
    made.heardAllBut();
    made.member(0x61).toldMs = made.nowMs - 1_601;
    made.prober.round();
    expect(sent(made.time.take(), 'ping').map(({ link }) => link)).toEqual([0x61]);
  });

  it('leaves a newcomer without a link alone for the time of a dial', () => {
    const made = world();
    made.hear(0x70, { from: peer(0x61) });
    made.time.context.outbox.take();
    made.prober.round();
    expect(sent(made.time.take(), 'ping-request')).toEqual([]);
    made.time.at(made.nowMs + 3_001);
    made.heardAllBut(0x70);
    made.prober.round();
    expect(sent(made.time.take(), 'ping-request')).toHaveLength(3);
  });
});

describe('a direct probe', () => {
  it('that is answered in time says so, measures the round trip and does health good', () => {
    const made = world();
    made.health.refuted();
    made.prober.probe(made.member(TARGET));
    const nonce = nonceOf(made.time.take());
    made.time.at(made.nowMs + 30);
    made.prober.ack(made.link(TARGET), ack(nonce));
    expect(made.found).toEqual([{ found: 'answered', peer: peer(TARGET) }]);
    expect([made.member(TARGET).rttMs, made.health.score]).toEqual([30, 0]);
    expect(made.pass(5_000)).toEqual([]);
  });

  it('is not answered by somebody else, nor by a nonce out of date', () => {
    const made = world();
    made.prober.probe(made.member(TARGET));
    const nonce = nonceOf(made.time.take());
    made.prober.ack(made.link(0x61), ack(nonce));
    made.prober.ack(made.link(TARGET), ack(nonce - 1));
    made.prober.ack(made.link(TARGET), ack(0));
    expect(made.found).toEqual([]);
    made.prober.ack(made.link(TARGET), ack(nonce));
    made.prober.ack(made.link(TARGET), ack(nonce));
    expect(made.found).toHaveLength(1);
  });

  it('is not begun again while it is under way', () => {
    const made = world();
    made.prober.probe(made.member(TARGET));
    made.prober.probe(made.member(TARGET));
    expect(sent(made.time.take(), 'ping')).toHaveLength(1);
    expect(made.time.context.counters.probesSent).toBe(1);
  });

  it('waits longer when our own health is poor', () => {
    const made = world();
    made.health.probeUnanswered(2);
    made.prober.probe(made.member(TARGET));
    made.time.take();
    expect(made.pass(1_199)).toEqual([]);
    expect(sent(made.pass(1), 'ping-request')).toHaveLength(3);
  });
});

describe('an indirect probe', () => {
  it('asks three others, once the direct answer is late', () => {
    const made = world([...HELPERS, 0x64, 0x65]);
    made.prober.probe(made.member(TARGET));
    const nonce = nonceOf(made.time.take());
    expect(made.pass(399)).toEqual([]);
    const asked = sent(made.pass(1), 'ping-request');
    expect(asked.map(({ frame }) => frame)).toEqual(
      Array.from({ length: 3 }, () => ({ kind: 'ping-request', nonce, target: peer(TARGET) })),
    );
    expect(asked.map(({ link }) => link)).not.toContain(TARGET);
    expect(made.member(TARGET).asked).toBe(3);
  });

  it('asks at once when there is no link, and only those that are alive', () => {
    const made = world();
    made.links.remove(TARGET);
    made.hear(0x61, { state: 'suspect', from: peer(0x62) });
    made.time.take();
    made.prober.askAbout(made.member(TARGET));
    expect(
      sent(made.time.take(), 'ping-request')
        .map(({ link }) => link)
        .toSorted(),
    ).toEqual([0x62, 0x63]);
  });

  it('succeeds by one helper that reached the target', () => {
    const made = world();
    const nonce = askHelpers(made);
    made.prober.reply(made.link(0x61), { kind: 'ping-reply', nonce, outcome: 'lost' });
    made.prober.reply(made.link(0x62), { kind: 'ping-reply', nonce, outcome: 'acked' });
    expect(made.found).toEqual([
      { found: 'confirmed', peer: peer(TARGET), helper: peer(0x61) },
      { found: 'answered', peer: peer(TARGET) },
    ]);
    expect(made.time.context.counters.indirectProbesSaved).toBe(1);
    expect(made.pass(5_000)).toEqual([]);
  });

  it('succeeds by a late answer of the target itself', () => {
    const made = world();
    const nonce = askHelpers(made);
    made.prober.ack(made.link(TARGET), ack(nonce));
    expect(made.found).toEqual([{ found: 'answered', peer: peer(TARGET) }]);
  });

  it('fails as soon as all helpers got no answer, and does not blame our own health', () => {
    const made = world();
    const nonce = askHelpers(made);
    for (const byte of HELPERS) {
      made.prober.reply(made.link(byte), { kind: 'ping-reply', nonce, outcome: 'silent' });
    }
    expect(made.found.at(-1)).toEqual({
      found: 'failed',
      peer: peer(TARGET),
      agreeing: HELPERS.map(peer),
    });
    expect([made.health.score, made.time.context.counters.probesFailed]).toEqual([0, 1]);
  });

  it('fails when its time is over, and every helper that said nothing counts against us', () => {
    const made = world();
    const nonce = askHelpers(made);
    made.prober.reply(made.link(0x61), { kind: 'ping-reply', nonce, outcome: 'silent' });
    made.pass(399);
    expect(made.found).toHaveLength(1);
    made.pass(1);
    expect(made.found.at(-1)).toEqual({
      found: 'failed',
      peer: peer(TARGET),
      agreeing: [peer(0x61)],
    });
    expect(made.health.score).toBe(2);
  });

  it('gives the direct answer the same time when there is nobody to ask', () => {
    const made = world([]);
    made.prober.probe(made.member(TARGET));
    made.pass(799);
    expect(made.found).toEqual([]);
    made.pass(1);
    expect(made.found).toEqual([{ found: 'failed', peer: peer(TARGET), agreeing: [] }]);
  });

  it('ignores replies of who was not asked, and those that come late', () => {
    const made = world();
    const nonce = askHelpers(made);
    made.meet(0x70);
    made.prober.reply(made.link(0x70), { kind: 'ping-reply', nonce, outcome: 'acked' });
    made.prober.reply(made.link(0x61), { kind: 'ping-reply', nonce: nonce + 1, outcome: 'acked' });
    expect(made.found).toEqual([]);
    made.pass(400);
    const before = made.found.length;
    made.prober.reply(made.link(0x61), { kind: 'ping-reply', nonce, outcome: 'acked' });
    expect(made.found).toHaveLength(before);
  });
});

describe('a probe for somebody else', () => {
  const request = { kind: 'ping-request', nonce: 77, target: peer(TARGET) } as const;

  it('is carried out under a nonce of our own, and its answer handed back', () => {
    const made = world();
    made.prober.request(made.link(0x61), request);
    const nonce = nonceOf(made.time.take());
    expect(nonce).not.toBe(77);
    made.prober.ack(made.link(0x62), ack(nonce));
    expect(made.time.take()).toEqual([]);
    made.prober.ack(made.link(TARGET), ack(nonce));
    expect(made.time.take()).toEqual([
      { kind: 'send', link: 0x61, frame: { kind: 'ping-reply', nonce: 77, outcome: 'acked' } },
    ]);
    expect(made.pass(5_000)).toEqual([]);
    expect(made.found).toEqual([]);
  });

  it('is answered "silent" a little before the asker gives up', () => {
    const made = world();
    made.prober.request(made.link(0x61), request);
    made.time.take();
    expect(made.pass(319)).toEqual([]);
    expect(made.pass(1)).toEqual([
      { kind: 'send', link: 0x61, frame: { kind: 'ping-reply', nonce: 77, outcome: 'silent' } },
    ]);
  });

  it('is answered "lost" at once when we have no link either', () => {
    const made = world();
    made.links.remove(TARGET);
    made.prober.request(made.link(0x61), request);
    expect(sent(made.time.take(), 'ping-reply')).toMatchObject([{ frame: { outcome: 'lost' } }]);
  });

  it('is answered without an opinion when we never reached the target ourselves', () => {
    const made = world();
    made.links.remove(TARGET);
    made.member(TARGET).heardMs = undefined;
    made.prober.request(made.link(0x61), request);
    expect(sent(made.time.take(), 'ping-reply')).toMatchObject([
      { frame: { outcome: 'unlinked' } },
    ]);
  });

  it('fails by helpers without an opinion, and confirms nothing', () => {
    const made = world();
    const nonce = askHelpers(made);
    for (const helper of [0x61, 0x62, 0x63]) {
      made.prober.reply(made.link(helper), { kind: 'ping-reply', nonce, outcome: 'unlinked' });
    }
    expect(made.found).toEqual([{ found: 'failed', peer: peer(TARGET), agreeing: [] }]);
  });

  it('is left alone beyond the bound', () => {
    const made = new ProberWorld({ limits: { relayedProbesMax: 1 } });
    for (const byte of [TARGET, 0x61]) made.meet(byte);
    made.time.take();
    made.prober.request(made.link(0x61), request);
    made.prober.request(made.link(0x61), { ...request, nonce: 78 });
    expect(sent(made.time.take(), 'ping')).toHaveLength(1);
  });

  it('is not asked for without end by one neighbour, and is by others', () => {
    const made = new ProberWorld({ limits: { relaysPerLinkMax: 2, relaysPerSecondMax: 1 } });
    for (const byte of [TARGET, 0x61, 0x62]) made.meet(byte);
    made.time.take();
    for (let nonce = 1; nonce <= 5; nonce++) {
      made.prober.request(made.link(0x61), { ...request, nonce });
    }
    expect(sent(made.time.take(), 'ping')).toHaveLength(2);
    expect(made.time.context.counters.relaysRefused).toBe(3);
    made.prober.request(made.link(0x62), request);
    expect(sent(made.time.take(), 'ping')).toHaveLength(1);
    made.pass(1_000);
    made.time.take();
    made.prober.request(made.link(0x61), request);
    made.prober.request(made.link(0x61), request);
    expect(sent(made.time.take(), 'ping')).toHaveLength(1);
  });

  it('is not answered on a link that closed meanwhile', () => {
    const made = world();
    made.prober.request(made.link(0x61), request);
    made.time.take();
    made.links.closing(made.link(0x61));
    expect(made.pass(400)).toEqual([]);
  });
});

describe('a ping', () => {
  it('is answered with its nonce and our own hashes', () => {
    const made = world();
    const theirs = { state: { high: 9, low: 9 }, table: 9 };
    made.prober.ping(made.link(0x61), { kind: 'ping', nonce: 5, ...theirs });
    expect(made.time.take()).toEqual([
      { kind: 'send', link: 0x61, frame: { kind: 'ack', nonce: 5, ...SUMMARY } },
    ]);
  });
});

describe('a link without traffic', () => {
  it('carries a heartbeat after 2.5 s of silence, once each 2.5 s, and is given up after 7.5 s', () => {
    // The member itself was heard of otherwise, so that no probe of it is under way.
    const made = world([]);
    const beats: number[] = [];
    const startMs = made.nowMs - 1_000;
    for (let afterMs = 1_500; afterMs <= 8_000; afterMs += 500) {
      made.time.at(startMs + afterMs);
      made.membership.heard(made.member(TARGET));
      made.member(TARGET).toldMs = made.nowMs;
      made.prober.round();
      if (sent(made.time.take(), 'ping').some(({ frame }) => frame.nonce === 0))
        beats.push(afterMs);
      if (made.found.length > 0) break;
    }
    expect(beats).toEqual([2_500, 5_000, 7_500]);
    expect(made.found).toEqual([{ found: 'silent-link', peer: peer(TARGET) }]);
    expect(made.nowMs - startMs).toBe(8_000);
  });

  it('needs no heartbeat while frames come', () => {
    const made = world([]);
    for (let step = 0; step < 10; step++) {
      made.time.at(made.nowMs + 1_000);
      made.heardAllBut();
      made.prober.round();
    }
    expect(sent(made.time.take(), 'ping')).toEqual([]);
  });
});

describe('a pardon after this process stood still', () => {
  it('ends every probe under way and takes all links for fresh', () => {
    const made = world();
    askHelpers(made);
    made.time.at(made.nowMs + 9_000);
    made.prober.pardon();
    made.pass(5_000);
    expect(made.found).toEqual([]);
    made.prober.round();
    expect(made.found).toEqual([]);
  });
});
