// `npm run bench:yjs [-- --quick --clients N --rate N --json]`: see docs/benchmarks.md. Brings the stock
// server of y-websocket first, to measure it in the same run.
import { repoPath } from '../lib/repo.mjs';
import { installPackages } from './lib/install.mjs';
import { runLab } from './lib/lab.mjs';

const args = process.argv.slice(2);
const stock = { folder: 'y-websocket', title: '@y/websocket-server 0.1.1' };
const server = ['node_modules', '@y', 'websocket-server', 'src', 'server.js'];

if (args.includes('--help') || !(await installPackages(stock))) {
  await runLab(['bench', 'yjs', ...args]);
} else {
  const file = repoPath('scripts', 'bench', stock.folder, ...server);
  await runLab(['bench', 'yjs', '--stock', file, ...args]);
}
