import { type Message, peerId, streamId } from '@hearsay/core';
import { describe, expect, it, vi } from 'vitest';
import type { PeerMessage } from '../src/api.js';
import { Inbox } from '../src/messages/inbox.js';

const ANA = peerId('a'.repeat(32));
const BOB = peerId('b'.repeat(32));

function message(sequence: number, text = `m${sequence}`, topic = 'lobby'): Message {
  return {
    id: { peer: ANA, generation: 1, sequence },
    topic,
    payload: Buffer.from(text),
    time: { ms: 1_000, counter: sequence },
    clock: [[streamId(BOB, 1), 4]],
  };
}

function makeInbox(subscriberQueueMax = 10) {
  const emit = vi.fn<(message: PeerMessage) => void>();
  const onOverflow = vi.fn<(topic: string) => void>();
  let listening = false;
  const inbox = new Inbox({
    self: BOB,
    nickOf: (peer) => (peer === ANA ? 'ana' : undefined),
    subscriberQueueMax,
    openDirect: () => undefined,
    onReserved: () => undefined,
    hasListeners: () => listening,
    emit,
    onOverflow,
  });
  const listen = () => {
    listening = true;
  };
  const subscribe = (history: Message[] = [], options: { signal?: AbortSignal } = {}) =>
    inbox.subscribe('lobby', { signal: options.signal, history, overlaps: false });
  return { inbox, emit, onOverflow, listen, subscribe };
}

async function texts(messages: AsyncIterable<PeerMessage>): Promise<string[]> {
  const read: string[] = [];
  for await (const { text } of messages) read.push(text);
  return read;
}

describe('a subscription', () => {
  it('gives history first, then what is delivered under its topic, until it ends', async () => {
    const { inbox, subscribe } = makeInbox();
    const subscription = subscribe([message(1)]);
    inbox.deliver([message(2), message(3, 'other', 'ops'), message(4)]);
    inbox.close();
    inbox.deliver([message(5)]);
    expect(await texts(subscription)).toEqual(['m1', 'm2', 'm4']);
  });

  it('gives a message to a reader that waits', async () => {
    const { inbox, subscribe } = makeInbox();
    const next = subscribe().next();
    inbox.deliver([message(1)]);
    expect((await next).value?.text).toBe('m1');
  });

  it('drops the oldest for a slow reader and warns once until it has caught up', async () => {
    const { inbox, onOverflow, subscribe } = makeInbox(2);
    const subscription = subscribe();
    inbox.deliver([1, 2, 3, 4].map((sequence) => message(sequence)));
    expect(onOverflow).toHaveBeenCalledTimes(1);
    expect((await subscription.next()).value?.text).toBe('m3');
    expect((await subscription.next()).value?.text).toBe('m4');
    inbox.deliver([5, 6, 7].map((sequence) => message(sequence)));
    expect(onOverflow).toHaveBeenCalledTimes(2);
  });

  it('ends with its signal, also for a reader that waits', async () => {
    const { inbox, subscribe } = makeInbox();
    const controller = new AbortController();
    const subscription = subscribe([], { signal: controller.signal });
    const next = subscription.next();
    controller.abort();
    expect((await next).done).toBe(true);
    inbox.deliver([message(1)]);
    expect((await subscription.next()).done).toBe(true);
  });

  it('with a signal that was aborted before has already ended', async () => {
    const { subscribe } = makeInbox();
    expect(await texts(subscribe([message(1)], { signal: AbortSignal.abort() }))).toEqual([]);
  });

  it('stops when its reader does', async () => {
    const { inbox, subscribe, onOverflow } = makeInbox(1);
    const subscription = subscribe([message(1)]);
    for await (const { text } of subscription) {
      expect(text).toBe('m1');
      break;
    }
    inbox.deliver([message(2), message(3), message(4)]);
    expect(onOverflow).not.toHaveBeenCalled();
  });

  it('made while messages are being handed out gets none twice', async () => {
    const { inbox } = makeInbox();
    const history = [message(1), message(2)];
    const subscription = inbox.subscribe('lobby', { signal: undefined, history, overlaps: true });
    inbox.deliver([message(2), message(3)]);
    await Promise.resolve();
    inbox.deliver([message(4)]);
    inbox.close();
    expect(await texts(subscription)).toEqual(['m1', 'm2', 'm3', 'm4']);
  });
});

describe('a delivered message', () => {
  it('tells who wrote what', () => {
    const { inbox, emit, listen } = makeInbox();
    listen();
    inbox.deliver([message(7, 'hi')]);
    expect(emit.mock.calls[0]?.[0]).toMatchObject({
      key: `${ANA}.1:7`,
      topic: 'lobby',
      text: 'hi',
      from: { id: ANA, nick: 'ana' },
      own: false,
    });
  });

  it('shows bytes that are no text as replaced', () => {
    const { inbox } = makeInbox();
    const described = inbox.describe({ ...message(1), payload: Uint8Array.of(0x61, 0xff) });
    expect(described?.text).toBe('a\ufffd');
  });
});
