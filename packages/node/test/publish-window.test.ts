import { type MessageId, peerId } from '@hearsay/core';
import { describe, expect, it } from 'vitest';
import { PublishWindow } from '../src/host/publish-window.js';

const ANA = peerId('a'.repeat(32));

function makeWindow() {
  const others = { live: 2, all: 0 };
  const window = new PublishWindow({
    windowBytes: 80,
    sharedWindowBytes: 200,
    laggardMs: 500,
    // All live others hold what is up to `all`, and one holds everything.
    receipt: ({ sequence }) => ({
      live: others.live,
      held: sequence <= others.all ? others.live : Math.min(1, others.live),
    }),
  });
  let sequence = 0;
  const publish = (count: number, nowMs = 0) => {
    for (let index = 0; index < count; index++) {
      sequence += 1;
      const id: MessageId = { peer: ANA, generation: 1, sequence };
      window.published(id, 10, nowMs);
    }
  };
  return { window, publish, others };
}

describe('the window of a publisher', () => {
  it('is full when too much is under way, and opens as all live peers hold it', () => {
    const { window, publish, others } = makeWindow();
    publish(8);
    expect(window.full).toBe(false);
    publish(1);
    expect(window.full).toBe(true);
    window.check(10);
    expect(window.full).toBe(true);
    others.all = 3;
    window.check(20);
    expect(window.full).toBe(false);
    publish(3);
    expect(window.full).toBe(true);
  });

  it('opens again for a while when somebody stands still', () => {
    const { window, publish, others } = makeWindow();
    publish(9, 100);
    window.check(599);
    expect(window.full).toBe(true);
    window.check(600);
    expect(window.full).toBe(false);
    publish(9, 700);
    expect(window.full).toBe(true);
    others.all = 1_000;
    window.check(710);
    expect(window.full).toBe(false);
  });

  it('is smaller when more are there, but not too small', () => {
    const { window, publish, others } = makeWindow();
    others.live = 5;
    publish(5);
    expect(window.full).toBe(false);
    window.check(0);
    expect(window.full).toBe(true); // 50 bytes, and 40 are our share.
    others.live = 1_000;
    others.all = 5;
    window.check(0);
    expect(window.full).toBe(false);
    publish(1);
    expect(window.full).toBe(true);
  });

  it('opens also when it shrank below the distance of two looks', () => {
    const { window, publish, others } = makeWindow();
    publish(1);
    others.live = 1_000;
    window.check(0);
    others.all = 1;
    publish(1);
    window.check(0);
    others.all = 2;
    window.check(0);
    expect(window.full).toBe(false);
  });

  it('never fills while nobody is there', () => {
    const { window, publish, others } = makeWindow();
    others.live = 0;
    for (let turn = 0; turn < 100; turn++) {
      publish(5);
      window.check(0);
    }
    expect(window.full).toBe(false);
  });

  it('opens when the last one that lacks something is gone', () => {
    const { window, publish, others } = makeWindow();
    publish(20);
    window.check(0);
    expect(window.full).toBe(true);
    others.live = 0;
    window.check(0);
    expect(window.full).toBe(false);
  });
});
