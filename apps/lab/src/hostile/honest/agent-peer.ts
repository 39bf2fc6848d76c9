import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Watch } from '../../observe/watch.js';
import type { Child } from '../../process/child.js';
import type { Children } from '../../process/children.js';
import type { AgentCommand, AgentOptions, AgentRecord } from './agent-protocol.js';

const agentFile = fileURLToPath(new URL('./agent.js', import.meta.url));

type Record<Kind extends AgentRecord['kind']> = Extract<AgentRecord, { kind: Kind }>;

/** Records kept of one peer; only what was told last matters. */
const RECORDS_MAX = 10_000;

export interface AgentPeerOptions {
  readonly children: Children;
  readonly watch: Watch;
  readonly agent: AgentOptions;
  /** Where its processor profile goes when it ends by itself; none if undefined. */
  readonly profileFolder?: string | undefined;
}

/** One honest peer of our own making, seen from outside. */
export class AgentPeer {
  readonly nick: string;
  readonly child: Child;
  readonly records: AgentRecord[] = [];
  ready: Record<'ready'> | undefined;

  constructor({ children, watch, agent, profileFolder }: AgentPeerOptions) {
    this.nick = agent.nick;
    this.child = children.start({
      label: agent.nick,
      file: agentFile,
      args: [JSON.stringify(agent)],
      nodeArgs: profileFolder === undefined ? [] : profileArgs(profileFolder, agent),
      onLine: (line) => {
        // Both ends of this pipe are built from the same sources.
        const record = JSON.parse(line) as AgentRecord;
        if (record.kind === 'ready') this.ready = record;
        this.records.push(record);
        if (this.records.length > RECORDS_MAX) this.records.shift();
        watch.changed();
      },
    });
  }

  tell(command: AgentCommand): void {
    this.child.send(command);
  }

  /** The first record of a kind, or undefined until it comes. */
  find<Kind extends AgentRecord['kind']>(
    kind: Kind,
    fits: (record: Record<Kind>) => boolean = () => true,
  ): Record<Kind> | undefined {
    return this.all(kind).find(fits);
  }

  all<Kind extends AgentRecord['kind']>(kind: Kind): readonly Record<Kind>[] {
    return this.records.filter((record): record is Record<Kind> => record.kind === kind);
  }

  /** Forgets what it told of a kind, before it is asked anew. */
  forget(kind: AgentRecord['kind']): void {
    const kept = this.records.filter((record) => record.kind !== kind);
    this.records.splice(0, this.records.length, ...kept);
  }

  get id(): string {
    return this.ready?.id ?? '';
  }

  get address(): string {
    return this.ready?.address ?? '';
  }
}

function profileArgs(folder: string, { network, nick }: AgentOptions): readonly string[] {
  return [
    '--cpu-prof',
    '--cpu-prof-dir',
    path.resolve(folder),
    '--cpu-prof-name',
    `${network}-${nick}.cpuprofile`,
  ];
}
