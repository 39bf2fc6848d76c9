// Bundles the page into one script, at build time: a peer serves files and nothing else.
import { copyFileSync, mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'rolldown';

const from = new URL('../../src/page/', import.meta.url);
const to = new URL('../page/', import.meta.url);

mkdirSync(to, { recursive: true });
await build({
  input: fileURLToPath(new URL('pad.ts', from)),
  platform: 'browser',
  output: { file: fileURLToPath(new URL('pad.js', to)), format: 'esm', minify: true },
});
for (const name of ['pad.html', 'pad.css']) {
  copyFileSync(new URL(name, from), fileURLToPath(new URL(name, to)));
}
