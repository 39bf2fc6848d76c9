import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { WATCHERS_MAX } from '../src/limits.js';
import { Watchers } from '../src/watchers.js';

/** Watchers behind a real server, with a clock that moves when it is told to. */
async function watch() {
  let taken = 0;
  let timers: { callback: () => void; waitMs: number }[] = [];
  const watchers = new Watchers({
    snapshot: () => {
      taken += 1;
      return `snapshot ${taken}`;
    },
    schedule: (callback, waitMs) => {
      const timer = { callback, waitMs };
      timers.push(timer);
      return () => {
        timers = timers.filter((each) => each !== timer);
      };
    },
  });
  const server = createServer();
  server.on('upgrade', (request, socket, head) => watchers.upgrade(request, socket, head));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  onTestFinished(() => {
    watchers.close();
    server.close();
    server.closeAllConnections();
  });
  return {
    watchers,
    taken: () => taken,
    waits: () => timers.map(({ waitMs }) => waitMs),
    fire: () => {
      const due = timers;
      timers = [];
      for (const { callback } of due) callback();
    },
    open: () => {
      const socket = new WebSocket(`ws://127.0.0.1:${port}/`);
      onTestFinished(() => socket.terminate());
      return socket;
    },
  };
}

async function next(socket: WebSocket): Promise<string> {
  const [data] = (await once(socket, 'message')) as [Buffer];
  return String(data);
}

it('computes nothing while nobody looks', async () => {
  const { watchers, taken, waits } = await watch();
  watchers.changed();
  expect([taken(), waits()]).toEqual([0, []]);
});

it('tells at once, then no more than four times a second, and once a second in quiet', async () => {
  const { watchers, taken, waits, fire, open } = await watch();
  const page = open();
  expect(await next(page)).toBe('snapshot 1');
  for (let change = 0; change < 100; change += 1) watchers.changed();
  expect([taken(), waits()]).toEqual([1, [250]]);
  const arrived = next(page);
  fire();
  expect(await arrived).toBe('snapshot 2');
  fire();
  expect([taken(), waits()]).toEqual([2, [750]]);
  fire();
  expect(taken()).toBe(3);
});

it('stops when the last page is closed', async () => {
  const { watchers, waits, open } = await watch();
  const page = open();
  await next(page);
  page.close();
  await expect.poll(() => watchers.count).toBe(0);
  expect(waits()).toEqual([]);
});

it('hears nobody: a page that speaks is closed', async () => {
  const { open } = await watch();
  const page = open();
  await next(page);
  page.send('x');
  const [code, why] = (await once(page, 'close')) as [number, Buffer];
  expect([code, String(why)]).toEqual([1_008, 'this is for watching only']);
  const loud = open();
  await next(loud);
  loud.send('xx');
  expect(((await once(loud, 'close')) as [number])[0]).toBe(1_009);
});

it('has room for so many, and turns the next one away', async () => {
  const { watchers, open } = await watch();
  const pages = Array.from({ length: WATCHERS_MAX }, open);
  await Promise.all(pages.map(next));
  expect(watchers.count).toBe(WATCHERS_MAX);
  const [error] = (await once(open(), 'error')) as [Error];
  expect(error.message).toContain('503');
});
