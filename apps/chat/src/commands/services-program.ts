import type { Command } from 'commander';
import type { ExitCode } from '../command-line/failure.js';
import { durationValue, portValue, wordValues } from '../command-line/values.js';
import { errandCommand } from './errand-command.js';
import type { GatewayOptions } from './gateway.js';
import type { ServicesOptions } from './services.js';

const SERVICES_EXAMPLES = `
Examples:
  hearsay services
  hearsay services --json | jq -r 'select(.type == "service") | .service'

Exit codes: 0 ok, 2 wrong use, 3 no peer found.`;

const GATEWAY_EXAMPLES = `
Examples:
  hearsay gateway --route /add=addition
  curl -d '{"a":5,"b":3}' http://127.0.0.1:7400/add
  hearsay gateway --upstream http://127.0.0.1:8001,http://127.0.0.1:8002

Exit codes: 0 ended by a signal, 2 wrong use.`;

/** `hearsay services` and `hearsay gateway`. */
export function addServices(program: Command, done: (exitCode: ExitCode) => void): void {
  errandCommand(program, 'services', 'list who provides what, and which breakers are open')
    .option('--json', 'one JSON object a provider, then one a breaker that is not closed')
    .option('--timeout <time>', 'give up after this long (default: 5s)', durationValue)
    .addHelpText('after', SERVICES_EXAMPLES)
    .action(async (options: ServicesOptions) => {
      const { services } = await import('./services.js');
      done(await services(options));
    });
  errandCommand(program, 'gateway', 'serve HTTP in front of services and of other HTTP servers')
    .option('--route </path=service>', 'answer a path by a service (repeatable)', wordValues)
    .option('--upstream <urls>', 'pass every other path on to these, with commas', wordValues)
    .option('--listen <port>', 'port for HTTP; 0: any (default: 7400)', portValue)
    .option('--health-path <path>', 'what upstreams are asked to see whether they are well')
    .option('--json', 'JSON objects: where it listens, then breakers and upstreams that change')
    .addHelpText('after', GATEWAY_EXAMPLES)
    .action(async (options: GatewayOptions) => {
      const { gateway } = await import('./gateway.js');
      done(await gateway(options));
    });
}
