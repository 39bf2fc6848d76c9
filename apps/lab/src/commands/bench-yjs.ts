import { Command } from 'commander';
import { benchYjs } from '../bench/yjs/bench.js';
import { jsonHelp, narratorFor, parseCount } from './common.js';

interface Flags {
  readonly quick?: boolean;
  readonly clients: number;
  readonly rate: number;
  readonly repeats: number;
  readonly stock?: string;
  readonly json?: boolean;
}

const RUN_MS = 4_000;
const QUICK_RUN_MS = 1_500;

export function benchYjsCommand(): Command {
  return new Command('yjs')
    .description('how soon stock editors of one document see each other, beside the stock server')
    .option('--quick', 'one short run of each')
    .option('--clients <n>', 'editors', parseCount, 20)
    .option('--rate <n>', 'edits a second of each', parseCount, 10)
    .option('--repeats <n>', 'runs of each', parseCount, 3)
    .option('--stock <file>', 'the program of @y/websocket-server, to measure beside')
    .option('--json', jsonHelp)
    .action(({ quick, clients, rate, repeats, stock, json }: Flags) =>
      benchYjs({
        narrator: narratorFor(json),
        load: { editors: clients, rate, durationMs: quick === true ? QUICK_RUN_MS : RUN_MS },
        repeats: quick === true ? 1 : repeats,
        stock,
      }),
    );
}
