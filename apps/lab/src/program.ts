import { Command } from 'commander';

/** The command line of `hearsay-lab`. */
export function createProgram(): Command {
  const program = new Command('hearsay-lab').description(
    'Starts real peers, kills and cuts them, and reports what the others notice',
  );
  program.command('demo').description('the whole story in one minute').action(demo);
  return program;
}

function demo(): void {
  console.log('The demo has no scene yet.');
}
