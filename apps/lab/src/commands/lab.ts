import { Command, InvalidArgumentError } from 'commander';
import { PEERS_MAX } from '../cluster/cluster.js';
import { LabError } from '../errors.js';
import { runLab } from '../screen/run-lab.js';
import { runLabJson } from '../screen/run-lab-json.js';
import { defaultNicks } from '../story/read-story.js';
import { chatFile, parseCount } from './common.js';

interface Flags {
  readonly peers: number;
  readonly ascii?: boolean;
  readonly color: boolean;
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  hearsay-lab                       five peers on one screen; ? lists the keys
  hearsay-lab --peers 8
  hearsay-lab run kill-one          a story, with a plot
  echo '{"do":"kill","who":"cy"}' | hearsay-lab --json

Exit codes: 0, 1 when something was not as promised, 2 for wrong use.`;

const PEERS_MIN = 2;

/** `hearsay-lab` itself: the lab on a screen; everything else it can do is a command of it. */
export function labCommand(): Command {
  return new Command('hearsay-lab')
    .description('Starts real peers, kills and cuts them, and shows what the others notice')
    .option('--peers <n>', `how many, ${PEERS_MIN} to ${PEERS_MAX}`, parsePeers, 5)
    .option('--ascii', 'no symbols beyond ASCII')
    .option('--no-color', 'no colours')
    .option('--json', 'one JSON object a line, and actions of stories from standard input')
    .addHelpText('after', EXAMPLES)
    .enablePositionalOptions()
    .action(({ peers, ascii, color, json }: Flags) => {
      const nicks = defaultNicks(peers);
      if (json === true) {
        return runLabJson({ chatFile, nicks, write: (line) => console.log(line) });
      }
      if (process.stdin.isTTY !== true || process.stdout.isTTY !== true) {
        throw new LabError('usage', 'the lab needs a terminal; --json is for scripts, see --help');
      }
      return runLab({ chatFile, nicks, ascii: ascii === true, color });
    });
}

function parsePeers(text: string): number {
  const count = parseCount(text);
  if (count >= PEERS_MIN && count <= PEERS_MAX) return count;
  throw new InvalidArgumentError(`It must be from ${PEERS_MIN} to ${PEERS_MAX}.`);
}
