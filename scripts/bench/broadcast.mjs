// `npm run bench:broadcast [-- --quick --repeats N --n 3,8 --systems hearsay,naive --json]`: see
// docs/benchmarks.md. Brings the packages of js-libp2p gossipsub first, if that is to be measured.
import { parseArgs } from 'node:util';
import { installPackages } from './lib/install.mjs';
import { runLab } from './lib/lab.mjs';

const args = process.argv.slice(2);
const { values } = parseArgs({
  args,
  strict: false, // The lab knows all options, and complains about wrong ones.
  options: { systems: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
});
const wanted = typeof values.systems !== 'string' || values.systems.includes('gossipsub');
const gossipsub = { folder: 'peers', title: 'js-libp2p gossipsub' };
const module = new URL('./peers/gossipsub.mjs', import.meta.url);

if (values.help === true || !wanted || !(await installPackages(gossipsub))) {
  await runLab(['bench', 'broadcast', ...args]);
} else {
  await runLab(['bench', 'broadcast', '--gossipsub', module.href, ...args]);
}
