// A process full of peers: `host.js NETWORK RUN_FOLDER`. It starts them when told, and only stamps.
import { createPeer, NetworkKeys, type Peer } from '@hearsay/node';
import { clockMs } from '../../clock.js';
import { forEachLine } from '../../process/lines.js';
import { benchKey } from '../bench-key.js';
import { createRecorder } from '../recorder.js';
import { ageOf, stampedPayload } from '../stamp.js';
import type { HostCommand, HostRecord, PeerUsage } from './protocol.js';

const [network = 'bench', runFolder = ''] = process.argv.slice(2);
const topic = 'bench';

const recorder = createRecorder((text) => process.stdout.write(text));
const record = (entry: HostRecord) => recorder(entry);
const peers = new Map<string, Peer>();
const agesMs = new Map<string, number[]>();

forEachLine(process.stdin, (line) => {
  // Both ends of this pipe are built from the same sources.
  obey(JSON.parse(line) as HostCommand).catch((error: unknown) => {
    console.error(String(error));
    process.exit(1);
  });
});
// The bench is gone, so nobody measures any more.
process.stdin.on('end', () => process.exit(0));

async function obey(command: HostCommand): Promise<void> {
  switch (command.do) {
    case 'start':
      await start(command.label, command.seeds);
      return;
    case 'publish':
      peers.get(command.label)?.publish(topic, stampedPayload(command.bytes));
      return;
    case 'report-ages':
      for (const [label, ages] of agesMs) {
        record({ kind: 'ages', label, agesMs: ages });
        agesMs.set(label, []);
      }
      return;
    case 'report-usage': {
      const { user, system } = process.cpuUsage();
      const residentBytes = process.memoryUsage.rss();
      const processorMs = (user + system) / 1_000;
      record({ kind: 'usage', processorMs, residentBytes, peers: [...peers].map(usageOf) });
    }
  }
}

/** A peer with the defaults of `createPeer`, but for its place on this machine. */
async function start(label: string, seeds: readonly string[]): Promise<void> {
  const peer = await createPeer({
    nick: label,
    network,
    keys: NetworkKeys.of(benchKey),
    runFolder,
    port: 0,
    discover: false,
    join: seeds,
  });
  const readyAtMs = clockMs();
  peers.set(label, peer);
  agesMs.set(label, []);
  peer.on('member', ({ member, reason }) => {
    record({ kind: 'member', label, atMs: clockMs(), id: member.id, state: member.state, reason });
  });
  peer.on('isolated', ({ isolated }) => record({ kind: 'isolated', label, isolated }));
  peer.on('message', ({ own, payload }) => {
    if (!own) agesMs.get(label)?.push(ageOf(payload));
  });
  record({ kind: 'ready', label, atMs: readyAtMs, id: peer.id, port: peer.port });
  for (const { self, id, state } of peer.members()) {
    if (self) continue;
    record({ kind: 'member', label, atMs: clockMs(), id, state, reason: 'first-look' });
  }
}

function usageOf([label, peer]: [string, Peer]): PeerUsage {
  const { bytesOut, handshakes } = peer.counters();
  const { stateHash } = peer.status();
  return { label, links: peer.links().length, bytesOut, handshakes, stateHash };
}
