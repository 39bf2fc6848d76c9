import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import WebSocket from 'ws';
import { withTemporaryFolder } from '../processes/temporary-folder.js';
import { ECHO } from './copy.js';
import { quantile } from './load.js';
import { openStage } from './stage.js';

/** How long one system takes for a call, alone and with others at once. */
export interface OverheadResult {
  readonly system: string;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly callsPerSecond: number;
}

/** Something that gives back a text from another process. */
interface Echo {
  readonly system: string;
  readonly call: (text: string) => Promise<unknown>;
  readonly close: () => Promise<void>;
}

/** What a module beside the bench offers: another system, in two processes as ours. */
export interface OtherSystem {
  readonly open: () => Promise<Echo>;
}

const PAYLOAD = 'x'.repeat(100);
/** The runtime still compiled after 12,000 calls, which took the same hundredth of calls up to 4 ms. */
const WARM_CALLS = 8_000;
const WARM_ROUNDS = 20;
const BLOCK_CALLS = 500;
const AT_ONCE = 32;
const MS_PER_S = 1_000;
const MAIN = fileURLToPath(new URL('../main.js', import.meta.url));

/** Round trips one after the other, then many at once, systems by turns in short blocks. */
export function measureOverhead(
  blocks: number,
  others: readonly OtherSystem[],
): Promise<OverheadResult[]> {
  return withTemporaryFolder(async (folder) => {
    const echoes = [await bareWebSocket(), await ours(folder)];
    for (const other of others) echoes.push(await other.open());
    try {
      const measured = echoes.map((echo) => ({
        echo,
        durations: [] as number[],
        rates: [] as number[],
      }));
      for (const { echo } of measured) await warm(echo);
      for (let block = 0; block < blocks; block++) {
        for (const { echo, durations, rates } of measured) {
          durations.push(...(await sequence(echo, BLOCK_CALLS)));
          rates.push(await rateOf(echo));
        }
      }
      return measured.map(({ echo, durations, rates }) => ({
        system: echo.system,
        p50Ms: quantile(durations, 0.5),
        p99Ms: quantile(durations, 0.99),
        callsPerSecond: Math.round(quantile(rates, 0.5)),
      }));
    } finally {
      for (const echo of echoes) await echo.close();
    }
  });
}

async function warm(echo: Echo): Promise<void> {
  await sequence(echo, WARM_CALLS);
  for (let round = 0; round < WARM_ROUNDS; round++) await rateOf(echo);
}

async function sequence({ call }: Echo, count: number): Promise<number[]> {
  const durations: number[] = [];
  for (let index = 0; index < count; index++) {
    const sentMs = performance.now();
    await call(PAYLOAD);
    durations.push(performance.now() - sentMs);
  }
  return durations;
}

async function rateOf({ call }: Echo): Promise<number> {
  const CALLS = BLOCK_CALLS * 4;
  const startMs = performance.now();
  let sent = 0;
  const worker = async (): Promise<void> => {
    while (sent < CALLS) {
      sent += 1;
      await call(PAYLOAD);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return (CALLS * MS_PER_S) / (performance.now() - startMs);
}

async function ours(folder: string): Promise<Echo> {
  const stage = await openStage({ folder, delays: [0] });
  return {
    system: 'hearsay call',
    call: (text) => stage.services.call(ECHO, text, { idempotent: true }),
    close: () => stage.close(),
  };
}

async function bareWebSocket(): Promise<Echo> {
  const child = fork(MAIN, ['bench-echo'], { execArgv: [] });
  const [address] = (await once(child, 'message')) as [{ readonly port: number }];
  const socket = new WebSocket(`ws://127.0.0.1:${address.port}`, { perMessageDeflate: false });
  await once(socket, 'open');
  const waiting: (() => void)[] = [];
  socket.on('message', () => waiting.shift()?.());
  return {
    system: 'bare ws',
    call: (text) =>
      new Promise<void>((resolve) => {
        waiting.push(resolve);
        socket.send(text);
      }),
    close: async () => {
      socket.terminate();
      child.disconnect();
      await once(child, 'exit');
    },
  };
}
