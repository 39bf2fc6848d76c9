import { setTimeout as sleep } from 'node:timers/promises';
import { formatMs } from '../../output/table.js';
import { greatest, quantile } from '../../stats.js';
import type { Cluster } from './cluster.js';
import type { BenchContext } from './context.js';

const messages = 100;
const intervalMs = 50;
const messageBytes = 100;
/** After the last message; anything later was lost for this purpose. */
const drainMs = 1_000;
const reportTimeoutMs = 10_000;

/** Twenty messages a second, each from the next peer; how old is each when another one has it? */
export async function measureMessages(context: BenchContext, cluster: Cluster): Promise<void> {
  const { agents } = cluster;
  for (let sent = 0; sent < messages; sent += 1) {
    agents[sent % agents.length]?.child.send({ do: 'publish', bytes: messageBytes });
    await sleep(intervalMs);
  }
  await sleep(drainMs);
  for (const { child } of agents) child.send({ do: 'report-ages' });
  await cluster.until('ages of messages', reportTimeoutMs, () =>
    agents.every(({ ages }) => ages.length > 0) ? true : undefined,
  );
  const agesMs = agents.flatMap(({ ages }) => ages.flat());
  const { samples, narrator } = context;
  samples.messagesMissing += messages * (agents.length - 1) - agesMs.length;
  const [p50, p99, max] = [quantile(agesMs, 0.5), quantile(agesMs, 0.99), greatest(agesMs)];
  samples.add('message-p50', p50);
  samples.add('message-p99', p99);
  samples.add('message-max', max);
  narrator.step(
    'measured',
    `message       p50 ${formatMs(p50)}, p99 ${formatMs(p99)}, max ${formatMs(max)}`,
  );
}
