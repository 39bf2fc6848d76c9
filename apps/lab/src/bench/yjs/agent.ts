// One peer with documents: `agent.js [JOIN]`. Prints its address when it serves.
import { openDocuments } from '@hearsay/cache';
import { createPeer, NetworkKeys } from '@hearsay/node';
import { benchKey } from '../bench-key.js';

const [join] = process.argv.slice(2);
const peer = await createPeer({
  nick: `yjs-${process.pid}`,
  keys: NetworkKeys.of(benchKey),
  port: 0,
  discover: false,
  join: join === undefined ? [] : [join],
});
openDocuments({ peer });
console.log(`ready ${peer.port}`);
// The bench is gone, so nobody measures any more.
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
