import { Command, Option } from 'commander';
import { benchBroadcast, type System } from '../bench/broadcast/bench.js';
import { LabError } from '../errors.js';
import { jsonHelp, narratorFor, parseCount, parseCounts } from './common.js';

interface Flags {
  readonly quick?: boolean;
  readonly repeats: number;
  readonly n: readonly number[];
  readonly systems?: string;
  readonly gossipsub?: string;
  readonly profile?: string;
  readonly json?: boolean;
}

/** gossipsub in JavaScript does not settle with 32 processes on two cores. */
const gossipsubSizeMax = 16;

export function benchBroadcastCommand(): Command {
  return (
    new Command('broadcast')
      .description('how soon and how many messages reach every peer, beside other systems')
      .option('--quick', 'one short repeat')
      .option('--repeats <n>', 'repeats of each cell', parseCount, 3)
      .option('--n <sizes>', 'numbers of processes', parseCounts, [3, 8, 16, 32])
      .option('--systems <names>', 'hearsay, naive and gossipsub, or some of them')
      .option('--profile <folder>', 'write a processor profile of the first peer of each mesh')
      .option('--json', jsonHelp)
      // The packages of gossipsub are installed by scripts/bench/broadcast.mjs, which sets this.
      .addOption(new Option('--gossipsub <url>', 'the module that drives gossipsub').hideHelp())
      .action((flags: Flags) =>
        benchBroadcast({
          narrator: narratorFor(flags.json),
          systems: selectSystems(flags),
          sizes: flags.n,
          repeats: flags.quick === true ? 1 : flags.repeats,
          quick: flags.quick === true,
          profileFolder: flags.profile,
        }),
      )
  );
}

function selectSystems({ systems, gossipsub }: Flags): System[] {
  const known: System[] = [
    {
      name: 'hearsay',
      moduleUrl: new URL('../bench/broadcast/systems/hearsay.js', import.meta.url).href,
      sizeMax: Number.POSITIVE_INFINITY,
    },
    {
      name: 'naive',
      moduleUrl: new URL('../bench/broadcast/systems/naive.js', import.meta.url).href,
      sizeMax: Number.POSITIVE_INFINITY,
    },
  ];
  if (gossipsub !== undefined) {
    known.push({ name: 'gossipsub', moduleUrl: gossipsub, sizeMax: gossipsubSizeMax });
  }
  if (systems === undefined) return known;
  return systems.split(',').map((wanted) => {
    const found = known.find(({ name }) => name === wanted);
    if (found !== undefined) return found;
    const names = known.map(({ name }) => name).join(', ');
    throw new LabError('usage', `no system "${wanted}" is at hand; there are: ${names}`);
  });
}
