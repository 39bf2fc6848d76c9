// One peer under measurement: `agent.js NICK NETWORK RUN_FOLDER [SEED]`. It only listens and stamps.
import { createPeer, NetworkKeys } from '@hearsay/node';
import { clockMs } from '../../clock.js';
import { forEachLine } from '../../process/lines.js';
import { benchKey } from '../bench-key.js';
import { createRecorder } from '../recorder.js';
import { ageOf, stampedPayload } from '../stamp.js';
import type { AgentCommand, AgentRecord } from './protocol.js';

const [nick = 'agent', network = 'bench', runFolder = '', seed] = process.argv.slice(2);
const topic = 'bench';

const recorder = createRecorder((text) => process.stdout.write(text));
const record = (entry: AgentRecord) => recorder(entry);
let agesMs: number[] = [];

const peer = await createPeer({
  nick,
  network,
  keys: NetworkKeys.of(benchKey),
  runFolder,
  port: 0,
  discover: false,
  join: seed === undefined ? [] : [seed],
});
const readyAtMs = clockMs();

peer.on('member', ({ member, reason }) =>
  record({ kind: 'member', atMs: clockMs(), id: member.id, state: member.state, reason }),
);
peer.on('message', ({ own, payload }) => {
  if (!own) agesMs.push(ageOf(payload));
});
record({ kind: 'ready', atMs: readyAtMs, id: peer.id, port: peer.port });
for (const { self, id, state } of peer.members()) {
  if (!self) record({ kind: 'member', atMs: clockMs(), id, state, reason: 'first-look' });
}

forEachLine(process.stdin, (line) => {
  // Both ends of this pipe are built from the same sources.
  obey(JSON.parse(line) as AgentCommand).catch((error: unknown) => {
    console.error(String(error));
    process.exit(1);
  });
});
// The bench is gone, so nobody measures any more.
process.stdin.on('end', () => process.exit(0));

async function obey(command: AgentCommand): Promise<void> {
  switch (command.do) {
    case 'publish':
      peer.publish(topic, stampedPayload(command.bytes));
      return;
    case 'report-ages':
      record({ kind: 'ages', agesMs });
      agesMs = [];
      return;
    case 'leave':
      record({ kind: 'leaving', atMs: clockMs() });
      recorder.flush();
      await peer.leave();
      process.exit(0);
  }
}
