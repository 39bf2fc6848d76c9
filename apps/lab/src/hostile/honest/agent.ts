// One honest peer of the hostile run: `agent.js OPTIONS_AS_JSON`.
import net from 'node:net';
import path from 'node:path';
import { createPeer, NetworkKeys } from '@hearsay/node';
import { clockMs } from '../../clock.js';
import { forEachLine } from '../../process/lines.js';
import type { AgentCommand, AgentOptions, AgentRecord } from './agent-protocol.js';
import { Ears, formatSentence, readSentence } from './talk.js';
import { TurnMeter } from './turn-meter.js';

/** Floods of refusals are told so often a second, so that telling them is no load of its own. */
const REFUSALS_TOLD_A_SECOND = 20;
const TOPIC = 'room/lobby';

// The argument is built from the same sources.
const options = JSON.parse(process.argv[2] ?? '{}') as AgentOptions;
const { nick, network, networkKey, folder, discoveryPort } = options;

const ears = new Ears();
const turns = new TurnMeter();
let talking: NodeJS.Timeout | undefined;
let said = 0;

const peer = await createPeer({
  nick,
  network,
  keys: NetworkKeys.of(Buffer.from(networkKey, 'hex')),
  port: 0,
  stateFolder: path.join(folder, nick),
  runFolder: path.join(folder, 'run'),
  discover: discoveryPort !== undefined,
  ...(discoveryPort === undefined ? {} : { discoveryPort }),
});

peer.on('message', ({ own, topic, text }) => {
  if (own || topic !== TOPIC) return;
  const sentence = readSentence(text);
  if (sentence !== undefined) ears.hear(sentence, clockMs());
});
let toldMs = 0;
let told = 0;
peer.on('refused', ({ address = '', code, reason, by }) => {
  const atMs = clockMs();
  if (by !== 'us') return;
  if (atMs - toldMs > 1_000) {
    toldMs = atMs;
    told = 0;
  }
  told += 1;
  if (told <= REFUSALS_TOLD_A_SECOND) tell({ kind: 'refused', atMs, address, code, reason });
});
peer.on('link', ({ id, up, reason }) => tell({ kind: 'link', atMs: clockMs(), id, up, reason }));
peer.on('member', ({ member: { id, state } }) => {
  tell({ kind: 'state', atMs: clockMs(), id, state });
});
peer.on('failed', ({ error }) => tell({ kind: 'failed', reason: error.message }));

tell({ kind: 'ready', id: peer.id, address: `127.0.0.1:${peer.port}` });

forEachLine(process.stdin, (line) => {
  // Both ends of this pipe are built from the same sources.
  obey(JSON.parse(line) as AgentCommand);
});
// The lab is gone, so nobody looks any more.
process.stdin.on('end', () => process.exit(0));

function obey(command: AgentCommand): void {
  switch (command.do) {
    case 'join':
      return peer.join(command.address);
    case 'route':
      return route(command.ports);
    case 'talk':
      return talk(command.phase, command.everyMs);
    case 'hush':
      clearInterval(talking);
      return tell({ kind: 'hushed', said });
    case 'report':
      return report(command.phase);
  }
}

function talk(phase: number, everyMs: number): void {
  said = 0;
  turns.reset();
  clearInterval(talking);
  talking = setInterval(() => {
    said += 1;
    const text = formatSentence({ phase, nick, number: said, saidAtMs: clockMs() });
    // As the chat program writes it: one of the honest peers is one.
    peer.publish(TOPIC, JSON.stringify({ v: 1, k: 'say', text, nick }));
  }, everyMs);
}

function report(phase: number): void {
  const members = peer.members();
  const alive = members.filter(({ state, self }) => state === 'alive' && !self);
  tell({
    kind: 'report',
    phase,
    ...ears.of(phase),
    alive: alive.map(({ id }) => id),
    members: members.length,
    turnMs: turns.longestMs,
    counters: { ...peer.counters() },
  });
}

/**
 * Every dial of this process goes through here, those of the WebSocket library too: so a relay can
 * stand between two peers whatever addresses they tell each other.
 */
function route(ports: Readonly<Record<string, number>>): void {
  const connect = net.connect.bind(net) as (options: net.NetConnectOpts) => net.Socket;
  const routed = (given: net.NetConnectOpts): net.Socket => {
    const port = 'port' in given ? ports[String(given.port)] : undefined;
    return connect(port === undefined ? given : { ...given, port });
  };
  // Its other forms are not used by anything that runs here.
  net.connect = routed as typeof net.connect;
}

function tell(record: AgentRecord): void {
  process.stdout.write(`${JSON.stringify(record)}\n`);
}
