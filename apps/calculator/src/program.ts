import { Command, type CommandOptions, InvalidArgumentError, Option } from 'commander';
import { type BenchFlags, bench } from './bench/bench.js';
import { type BenchCopyFlags, benchCopy, benchEcho } from './bench/copy.js';
import { type DemoFlags, demo } from './demo/demo.js';
import { gateway } from './http/gateway.js';
import { type ServeFlags, serve } from './service/serve.js';
import type { PeerFlags } from './service/start-peer.js';

const EXAMPLES = `
Examples:
  hearsay-calculator demo                 all of it, with copies killed one by one
  hearsay-calculator serve addition       one copy; start as many as you like
  hearsay-calculator gateway --port 7400
  curl -d '{"operation":"addition","a":5,"b":3}' http://127.0.0.1:7400/calculate

Exit codes: 0 ok, 1 a fault, or a call of the demo failed, 2 wrong use.`;

const PORT_MAX = 65_535;
const COPIES_MAX = 8;
const RATE_MAX = 2_000;
const DELAY_MS_MAX = 60_000;
const PAUSE_MS_MAX = 60_000;
const KILLS_MAX = 4 * COPIES_MAX;
const KILLS_S_MAX = 3_600;

/** The command line of `hearsay-calculator`. */
export function createProgram(): Command {
  const program = new Command('hearsay-calculator')
    .description('Four services that calculate, found and called over a mesh of peers')
    .addHelpText('after', EXAMPLES);
  peerCommand(program, 'serve', 'serve one operation')
    .argument('<operation>', 'addition, subtraction, multiplication or division')
    .option('--nick <nick>', 'a name for this peer (default: the operation)')
    .option('--log', 'print a line of JSON for each call, with its trace')
    .action((name: string, flags: ServeFlags) => serve(name, flags));
  peerCommand(program, 'gateway', 'answer POST /calculate').action((flags: PeerFlags) =>
    gateway(flags),
  );
  program
    .command('demo')
    .description('start everything, send load, kill and restart each copy, and count')
    .option('--copies <n>', 'copies of each service', whole(1, COPIES_MAX), 2)
    .option('--rate <n>', 'calls a second', whole(1, RATE_MAX), 100)
    .option('--kills <n>', 'copies that are killed (default: each once)', whole(1, KILLS_MAX))
    .option(
      '--pause <ms>',
      'from the death of a copy to its restart',
      whole(0, PAUSE_MS_MAX),
      1_000,
    )
    .option('--json', 'print the result as one JSON object, and nothing else')
    .action(async (flags: DemoFlags) => {
      if (!(await demo(flags))) process.exitCode = 1;
    });
  addBench(program);
  for (const each of [program, ...program.commands]) each.exitOverride();
  return program;
}

function addBench(program: Command): void {
  program
    .command('bench')
    .description('measure what is promised of services; see docs/services.md')
    .option('--quick', 'shorter runs')
    .addOption(new Option('--only <part>').choices(['kills', 'balancing', 'overhead']))
    .option('--for <seconds>', 'how long copies are killed', whole(1, KILLS_S_MAX))
    .option('--plot <file>', 'write the plot of balancing there')
    .option('--other <module>', 'another system to measure beside ours')
    .option('--json', 'one JSON object')
    .action((flags: BenchFlags) => bench(flags));
  peerCommand(program, 'bench-copy', 'one process of the bench', { hidden: true })
    .requiredOption('--nick <nick>', 'a name for this peer')
    .option('--delay <ms>', 'milliseconds until the answer', whole(0, DELAY_MS_MAX), 0)
    .option('--ledger <file>', 'write down each run')
    .action((flags: BenchCopyFlags) => benchCopy(flags));
  program.command('bench-echo', { hidden: true }).action(() => benchEcho());
}

function peerCommand(
  program: Command,
  name: string,
  description: string,
  options: CommandOptions = {},
): Command {
  return program
    .command(name, options)
    .description(description)
    .option('--join <host:port...>', 'dial these peers')
    .option('--port <n>', 'listen on exactly this port', whole(0, PORT_MAX))
    .option('--no-discover', 'look for no peers by multicast and in the run folder')
    .option('--network <name>', 'the network of this user to be in')
    .option('--state-dir <folder>', 'where networks are kept');
}

function whole(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`It is a number from ${min} to ${max}.`);
  };
}
