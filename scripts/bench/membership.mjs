// `npm run bench:membership [-- --quick --repeats N --only ROWS --json]`: see docs/benchmarks.md.
import { runLab } from './lib/lab.mjs';

await runLab(['bench', 'membership', ...process.argv.slice(2)]);
