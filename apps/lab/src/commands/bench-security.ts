import { Command } from 'commander';
import { benchSecurity } from '../bench/security/bench.js';
import { jsonHelp, narratorFor } from './common.js';

interface Flags {
  readonly quick?: boolean;
  readonly json?: boolean;
}

export function benchSecurityCommand(): Command {
  return new Command('security')
    .description('what handshakes, seals and signatures cost')
    .option('--quick', 'a tenth of the time for each cell')
    .option('--json', jsonHelp)
    .action((flags: Flags) =>
      benchSecurity({ narrator: narratorFor(flags.json), quick: flags.quick === true }),
    );
}
