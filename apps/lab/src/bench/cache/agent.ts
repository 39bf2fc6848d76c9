// One process of the bench: `agent.js NICK NETWORK RUN_FOLDER [CACHE_FOLDER]`.
import { setTimeout as pause } from 'node:timers/promises';
import { openCache } from '@hearsay/cache';
import { createPeer, NetworkKeys } from '@hearsay/node';
import { clockMs } from '../../clock.js';
import { forEachLine } from '../../process/lines.js';
import { benchKey } from '../bench-key.js';
import type { CacheCommand, CacheRecord } from './protocol.js';

const [nick = '', network = '', folder = '', dir] = process.argv.slice(2);
const VALUE = 'x'.repeat(100);
/** Sets of one turn of the event loop in a flood. */
const BURST = 64;
/** Sets beside those that are measured that wait for their links. */
const WAITING_MAX = 1_000;

const peer = await createPeer({
  nick,
  network,
  keys: NetworkKeys.of(benchKey),
  port: 0,
  discover: false,
  runFolder: folder,
});
const kept = dir === undefined ? {} : { dir };
const cache = await openCache({ peer, documents: false, ...kept });
const arrivedMs: number[] = [];
let changedMs = clockMs();
let writes = 0;
let works = false;
void follow();
tell({ kind: 'listening', address: `127.0.0.1:${peer.port}` });

forEachLine(process.stdin, (line) => {
  // Both ends of this pipe are built from the same sources.
  obey(JSON.parse(line) as CacheCommand).catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error));
    process.exit(1);
  });
});
// The bench is gone, so nobody measures any more.
process.stdin.on('end', () => process.exit(0));

async function follow(): Promise<void> {
  for await (const { key } of cache.watch('trickle:')) {
    arrivedMs[Number(key.slice('trickle:'.length))] = clockMs();
  }
}

async function obey(command: CacheCommand): Promise<void> {
  switch (command.do) {
    case 'join':
      if (command.address !== `127.0.0.1:${peer.port}`) peer.join(command.address);
      while (cache.status().linked.length < command.others) await pause(2);
      return tell({ kind: 'joined' });
    case 'trickle':
      return await trickle(command);
    case 'flood':
      return await flood(command.forMs);
    case 'fill':
      for (let key = 0; key < command.keys; key++) {
        const set = cache.set(`fill:${key}`, VALUE);
        if (key % BURST === 0) await set;
      }
      return tell({ kind: 'filled' });
    case 'work':
      return await work();
    case 'rest':
      works = false;
      return;
    case 'report':
      return report();
  }
}

/** Sets one at a time, with `beside` further ones a second meanwhile. */
async function trickle({
  sets,
  beside,
  apartMs,
}: Extract<CacheCommand, { do: 'trickle' }>): Promise<void> {
  const sentMs: number[] = [];
  let besideDone = 0;
  let waiting = 0;
  const startedMs = clockMs();
  const others = setInterval(() => {
    const due = Math.floor(((clockMs() - startedMs) * beside) / 1_000);
    // What links do not take in time is not written: it would only pile up.
    for (; besideDone < due && waiting < WAITING_MAX; besideDone++) {
      waiting += 1;
      void cache.set(`beside:${besideDone % 10_000}`, VALUE).finally(() => {
        waiting -= 1;
      });
    }
  }, 1);
  for (let index = 0; index < sets; index++) {
    sentMs.push(clockMs());
    await cache.set(`trickle:${index}`, VALUE);
    await pause(apartMs);
  }
  clearInterval(others);
  const besideRate = (1_000 * besideDone) / (clockMs() - startedMs);
  tell({ kind: 'trickled', sentMs, besideRate });
}

async function flood(forMs: number): Promise<void> {
  const startedMs = clockMs();
  let sets = 0;
  while (clockMs() - startedMs < forMs) {
    const done: Promise<unknown>[] = [];
    for (let index = 0; index < BURST; index++, sets++) {
      done.push(cache.set(`flood:${nick}:${sets % 20_000}`, VALUE));
    }
    await Promise.all(done);
    await new Promise(setImmediate);
  }
  tell({ kind: 'flooded', sets, startedMs });
}

async function work(): Promise<void> {
  works = true;
  let [done, failed] = [0, 0];
  for (let index = 0; works; index++) {
    try {
      await cache.set(`work:${nick}:${index % 1_000}`, VALUE);
      if ((await cache.get(`work:${nick}:${index % 1_000}`)) === undefined) failed += 1;
      done += 2;
    } catch {
      failed += 1;
    }
    if (index % BURST === 0) await new Promise(setImmediate);
  }
  tell({ kind: 'rested', done, failed });
}

function report(): void {
  const { keys, vector } = cache.status();
  const known = Object.values(vector).reduce((sum, each) => sum + each, 0);
  if (known !== writes) changedMs = clockMs();
  writes = known;
  tell({ kind: 'report', keys, arrivedMs, writes, changedMs });
}

function tell(record: CacheRecord): void {
  process.stdout.write(`${JSON.stringify(record)}\n`);
}
