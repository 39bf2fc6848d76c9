// The hostile peer: does what it is told on its standard input, one attack after the other.
import { execFileSync } from 'node:child_process';
import { setPriority } from 'node:os';
import { forEachLine } from '../../process/lines.js';
import { attacks } from '../attacks/catalogue.js';
import type { AttackCommand, AttackRecord } from './attacker-protocol.js';

/** A real attacker has a machine of its own: it must not win by taking the processor from its victims. */
const LOWEST_PRIORITY = 19;

/** Who must be cut goes on until it is: how soon that was is told, and a slow machine is no excuse. */
const CUT_PATIENCE_MS = 20_000;

stepAside();
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

/**
 * All threads of this process run only while nobody else wants to. A low priority alone is that of one thread,
 * and keeps others waiting to the end of its slice; where there is no `chrt` (Linux) it has to do.
 */
function stepAside(): void {
  setPriority(LOWEST_PRIORITY);
  try {
    const args = ['--all-tasks', '--idle', '--pid', '0', String(process.pid)];
    execFileSync('chrt', args, { stdio: 'ignore' });
  } catch {
    // Then the attack costs its victims some of their processors.
  }
}

function tell(record: AttackRecord): void {
  process.stdout.write(`${JSON.stringify(record)}\n`);
}
