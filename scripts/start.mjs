// `npm start [args]`: the chat program, from a bare clone on. Without a terminal and without
// arguments there is nobody to chat with, so it runs the demo instead.
import { launch } from './launch.mjs';

const args = process.argv.slice(2);
if (args.length === 0 && !process.stdout.isTTY) await launch('apps/lab/dist/main.js', ['demo']);
else await launch('apps/chat/dist/bundle/hearsay.js', args);
