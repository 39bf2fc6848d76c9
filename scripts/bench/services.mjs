// `npm run bench:services [-- --quick --only kills|balancing|overhead --json]`: see docs/services.md.
// Brings Moleculer first, to be measured beside ours; without it the rest is measured alone.
import { fileURLToPath, pathToFileURL } from 'node:url';
import { repoPath } from '../lib/repo.mjs';
import { installPackages } from './lib/install.mjs';

const args = process.argv.slice(2);
const isAlone = args.includes('--help') || args.includes('kills') || args.includes('balancing');
const moleculer = { folder: 'moleculer', title: 'Moleculer' };
const other = isAlone || !(await installPackages(moleculer)) ? [] : ['--other'];
if (other.length > 0)
  other.push(fileURLToPath(new URL('./moleculer/moleculer.mjs', import.meta.url)));
const plot = args.includes('--help')
  ? []
  : ['--plot', repoPath('docs', 'services', 'balancing.svg')];
const file = repoPath('apps', 'calculator', 'dist', 'main.js');
process.argv = [process.execPath, file, 'bench', ...plot, ...other, ...args];
await import(pathToFileURL(file).href);
