import { describe, expect, it } from 'vitest';
import { fakeWorld } from './support/stations.js';

describe('dialling', () => {
  it('opens a link at both ends, the dialled one first', () => {
    const { network, a, b, run } = fakeWorld();
    network.dial(a, 'b');
    run(35);
    expect([a.heard, b.heard]).toEqual([[], ['accepted']]);
    run(5);
    expect(a.heard).toEqual(['opened']);
  });

  it('is refused where a machine runs no process', () => {
    const { network, a, b, run } = fakeWorld();
    b.running = false;
    network.dial(a, 'b');
    run(100);
    expect(a.heard).toEqual(['refused']);
  });

  it('times out at a machine without power, at an unknown address and across a cut', () => {
    const { network, a, b, run } = fakeWorld();
    b.powered = false;
    network.dial(a, 'b');
    network.dial(a, 'nowhere');
    run(2_999);
    expect(a.heard).toEqual([]);
    run(1);
    b.powered = true;
    network.cut('b', 'a', 'hold');
    network.dial(a, 'b');
    run(3_000);
    expect(a.heard).toEqual(['timeout', 'timeout', 'timeout']);
    expect(b.heard).toEqual([]);
  });

  it('succeeds late when a cut heals before the time is out', () => {
    const { network, a, run } = fakeWorld();
    network.cut('a', 'b', 'hold');
    network.dial(a, 'b');
    run(1_500);
    network.heal();
    run(1_400);
    expect(a.heard).toEqual(['opened']);
  });

  it('opens a link to a frozen process whose kernel accepts', () => {
    const { network, a, b, run, send } = fakeWorld({ frozenDial: 'opens' });
    b.frozen = true;
    network.dial(a, 'b');
    run(100);
    send(a, 'hello');
    run(100);
    expect([a.heard, b.heard]).toEqual([['opened'], []]);
    b.thaw();
    expect(b.heard).toEqual(['accepted', 'hello']);
  });

  it('waits for a frozen process that must answer itself', () => {
    const { network, a, b, run } = fakeWorld({ frozenDial: 'waits' });
    b.frozen = true;
    network.dial(a, 'b');
    run(3_000);
    expect(a.heard).toEqual(['timeout']);
    run(20);
    b.thaw();
    expect(b.heard).toEqual(['accepted', 'closed 1006']);
  });
});

describe('a link', () => {
  it('carries messages in order, whatever the latency', () => {
    const { a, b, connect, run, send } = fakeWorld({ latencyMs: [1, 50] });
    connect();
    run(100);
    for (let count = 0; count < 20; count += 1) send(a, `${count}`);
    run(200);
    expect(b.heard).toEqual(['accepted', ...Array.from({ length: 20 }, (_, count) => `${count}`)]);
  });

  it('delivers what was sent before it was closed, then the code', () => {
    const { network, a, b, connect, run, send } = fakeWorld();
    connect();
    send(a, 'last words');
    network.end(a, 1)?.close({ code: 4000, reason: 'goodbye' });
    run(100);
    expect(b.heard).toEqual(['accepted', 'last words', 'closed 4000']);
    expect(a.heard).toEqual(['opened', 'closed 4000']);
  });

  it('ends for who closed it even if the other side never answers', () => {
    const { network, a, connect, run } = fakeWorld();
    connect();
    network.cut('a', 'b', 'hold');
    network.end(a, 1)?.close({ code: 4008, reason: 'silent' });
    run(999);
    expect(a.heard).toEqual(['opened']);
    run(1);
    expect(a.heard).toEqual(['opened', 'closed 1006']);
  });

  it('breaks at the other end when a process dies', () => {
    const { network, a, b, connect, run } = fakeWorld();
    connect();
    b.running = false;
    network.endStation(b, 'reset');
    run(100);
    expect(a.heard).toEqual(['opened', 'closed 1006']);
  });

  it('stays open at the other end when a machine dies, and breaks when it is back and asked', () => {
    const { network, a, b, connect, run, send } = fakeWorld();
    connect();
    b.powered = false;
    b.running = false;
    network.endStation(b, 'vanish');
    send(a, 'anybody there');
    run(5_000);
    expect(a.heard).toEqual(['opened']);
    b.powered = true;
    send(a, 'and now');
    run(100);
    expect(a.heard).toEqual(['opened', 'closed 1006']);
  });

  it('holds back what meets a cut, a close too, and brings it in order after the heal', () => {
    const { network, a, b, connect, run, send } = fakeWorld();
    connect();
    send(a, 'one');
    network.cut('a', 'b', 'hold');
    send(a, 'two');
    network.end(a, 1)?.close({ code: 4008, reason: '' });
    run(10_000);
    expect(b.heard).toEqual(['accepted']);
    network.heal();
    run(500);
    expect(b.heard).toEqual(['accepted', 'one', 'two', 'closed 4008']);
  });

  it('loses what meets a cut that loses', () => {
    const { network, a, b, connect, run, send } = fakeWorld();
    connect();
    network.cut('a', 'b', 'lose');
    send(a, 'one');
    run(100);
    network.heal();
    send(a, 'two');
    run(500);
    expect(b.heard).toEqual(['accepted', 'two']);
  });

  it('still works the other way across a one-way cut', () => {
    const { network, a, b, connect, run, send } = fakeWorld();
    connect();
    network.cut('a', 'b', 'hold');
    send(a, 'unheard');
    send(b, 'heard');
    run(100);
    expect([a.heard, b.heard]).toEqual([['opened', 'heard'], ['accepted']]);
  });

  it('sends control before bulk that waits, and drops the newest bulk over the bound', () => {
    const { a, b, connect, run, send } = fakeWorld({
      bandwidthBytesPerMs: 1,
      bulkQueueBytesMax: 10,
    });
    connect();
    send(a, 'bulk1', 'bulk');
    send(a, 'bulk2', 'bulk');
    send(a, 'bulk3', 'bulk');
    send(a, 'bulk4', 'bulk');
    send(a, 'control');
    run(1_000);
    expect(a.heard).toEqual(['opened', 'lagged 1 5']);
    expect(b.heard).toEqual(['accepted', 'bulk1', 'control', 'bulk2', 'bulk3']);
  });

  it('is abandoned when its control queue overflows', () => {
    const { a, b, connect, run, send } = fakeWorld({ windowBytes: 4, controlQueueBytesMax: 8 });
    connect();
    b.frozen = true;
    for (const text of ['1234', '5678', '9012', '3']) send(a, text);
    run(100);
    b.thaw();
    expect(a.heard).toEqual(['opened', 'closed 4009']);
    expect(b.heard).toEqual(['accepted', '1234', 'closed 1006']);
  });

  it('loses, doubles and delays single messages when told to', () => {
    const lost = fakeWorld({ faults: { ...NONE, lossPerMille: 1_000 } });
    lost.connect();
    lost.send(lost.a, 'gone');
    lost.run(100);
    expect(lost.b.heard).toEqual(['accepted']);

    const doubled = fakeWorld({ faults: { ...NONE, duplicatePerMille: 1_000 } });
    doubled.connect();
    doubled.send(doubled.a, 'hello');
    doubled.send(doubled.a, 'twice');
    doubled.run(100);
    expect(doubled.b.heard).toEqual(['accepted', 'hello', 'twice', 'twice']);

    const late = fakeWorld({ faults: { ...NONE, latePerMille: 500, lateMs: 300 } });
    late.connect();
    const sent = Array.from({ length: 30 }, (_, count) => `${count}`);
    for (const text of sent) late.send(late.a, text);
    late.run(1_000);
    const [, ...received] = late.b.heard;
    expect(received).not.toEqual(sent);
    expect(received.toSorted()).toEqual(sent.toSorted());
  });
});

const NONE = { lossPerMille: 0, duplicatePerMille: 0, latePerMille: 0, lateMs: 0 };
