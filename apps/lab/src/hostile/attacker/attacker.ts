// The hostile peer: does what it is told on its standard input, one attack after the other.
import { setPriority } from 'node:os';
import { forEachLine } from '../../process/lines.js';
import { attacks } from '../attacks/catalogue.js';
import type { AttackCommand, AttackRecord } from './attacker-protocol.js';

/** A real attacker has a machine of its own: it must not win by taking the processor from its victims. */
const LOWEST_PRIORITY = 19;

/** Who must be cut goes on until it is: how soon that was is told, and a slow machine is no excuse. */
const CUT_PATIENCE_MS = 20_000;

setPriority(LOWEST_PRIORITY);
// An attack is over when it is over, whatever its connections still do.
process.on('uncaughtException', (error) => tell({ kind: 'failed', reason: String(error) }));

forEachLine(process.stdin, (line) => {
  // Both ends of this pipe are built from the same sources.
  attack(JSON.parse(line) as AttackCommand).then(tell, (error: unknown) => {
    tell({ kind: 'failed', reason: error instanceof Error ? error.message : String(error) });
  });
});
process.stdin.on('end', () => process.exit(0));
tell({ kind: 'ready' });

async function attack(command: AttackCommand): Promise<AttackRecord> {
  const found = attacks.find(({ name }) => name === command.attack);
  if (found === undefined) throw new Error(`no attack "${command.attack}"`);
  const networkKey = Buffer.from(command.networkKey, 'hex');
  const forMs = found.answer === 'cut' ? Math.max(command.forMs, CUT_PATIENCE_MS) : command.forMs;
  return { kind: 'done', endings: await found.run({ ...command, forMs, networkKey }) };
}

function tell(record: AttackRecord): void {
  process.stdout.write(`${JSON.stringify(record)}\n`);
}
