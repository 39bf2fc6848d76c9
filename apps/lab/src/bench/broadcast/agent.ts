// One process of the bench: `agent.js SYSTEM_MODULE_URL INDEX SIZE NETWORK FOLDER`.
import { clockMs } from '../../clock.js';
import { forEachLine } from '../../process/lines.js';
import { Arrivals } from './arrivals.js';
import type { AgentCommand, AgentRecord } from './protocol.js';
import { flood, trickle } from './publishers.js';
import type { SystemModule } from './system.js';

const [moduleUrl = '', indexText = '0', sizeText = '0', network = '', folder = ''] =
  process.argv.slice(2);
const [index, size] = [Number(indexText), Number(sizeText)];

// What each of these modules exports is the contract in system.ts.
const { createSystem } = (await import(moduleUrl)) as SystemModule;
const system = createSystem();
const arrivals = new Arrivals(size, index);

const address = await system.open({
  index,
  size,
  network,
  folder,
  deliver: (payload) => arrivals.take(payload),
});
tell({ kind: 'listening', address });

forEachLine(process.stdin, (line) => {
  // Both ends of this pipe are built from the same sources.
  obey(JSON.parse(line) as AgentCommand).catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error));
    process.exit(1);
  });
});
// The bench is gone, so nobody measures any more.
process.stdin.on('end', () => process.exit(0));

async function obey(command: AgentCommand): Promise<void> {
  switch (command.do) {
    case 'connect':
      await system.connect(command.addresses);
      return tell({ kind: 'connected', atMs: clockMs() });
    case 'trickle':
      return tell(await trickle(system, index, command));
    case 'flood':
      return tell(await flood(system, index, command, arrivals));
    case 'report':
      return report(command.phase, command.ages);
  }
}

function report(phase: number, withAges: boolean): void {
  const { received, lastAtMs, agesMs } = arrivals.of(phase);
  const { user, system: kernel } = process.cpuUsage();
  tell({
    kind: 'report',
    phase,
    received,
    lastAtMs,
    agesMs: withAges ? agesMs : [],
    rssBytes: process.memoryUsage.rss(),
    cpuMs: (user + kernel) / 1_000,
    delivered: arrivals.delivered,
    copies: system.copies(),
    details: system.details(),
  });
}

/** Only between measurements, so one write a record is no burden. */
function tell(record: AgentRecord): void {
  process.stdout.write(`${JSON.stringify(record)}\n`);
}
