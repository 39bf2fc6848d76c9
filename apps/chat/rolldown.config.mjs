// Joins the built program and the packages of this repository into a few files: opening some three
// hundred was a third of the processor time from the start to the first line.
import { defineConfig } from 'rolldown';

export default defineConfig({
  input: { hearsay: 'dist/main.js' },
  platform: 'node',
  // Native, CommonJS loaded by `require`, or with files of its own beside it.
  external: [
    'ws',
    'sodium-universal',
    'noise-handshake',
    'prom-client',
    '@hearsay/pad',
    '@hearsay/web-view',
  ],
  output: {
    dir: 'dist/bundle',
    format: 'esm',
    cleanDir: true,
    entryFileNames: '[name].js',
    chunkFileNames: '[name]-[hash].js',
  },
});
