// `npm run bench:cache [-- --quick --json]`: see docs/benchmarks.md.
import { runLab } from './lib/lab.mjs';

await runLab(['bench', 'cache', ...process.argv.slice(2)]);
