// `npm run bench:security [-- --quick --json]`: see docs/benchmarks.md.
import { runLab } from './lib/lab.mjs';

await runLab(['bench', 'security', ...process.argv.slice(2)]);
