// A provider as a process of its own, for tests: `node provider.mjs <address> <nick>`. What its handler
// does is said by messages of the process that started it: `ok`, `fail` or `hang`.
import { createPeer, NetworkKeys } from '@hearsay/node';
import { openServices } from '@hearsay/services';

const [address, nick] = process.argv.slice(2);
const keys = NetworkKeys.of(Buffer.alloc(32, 5));
const peer = await createPeer({ nick, port: 0, discover: false, keys, join: [address] });
const services = openServices(peer);
let manner = 'ok';

const anything = { version: 1, vendor: 'test', validate: (value) => ({ value }) };
const definition = services.define('work', { '~standard': anything }, (name) => {
  process.send({ ran: name });
  if (manner === 'fail') throw new Error('on purpose');
  if (manner === 'hang') return new Promise(() => undefined);
  return nick;
});
process.on('message', (said) => {
  if (said === 'drain') void definition.drain();
  else manner = said;
  process.send({ is: said });
});
process.once('disconnect', () => process.exit());
process.send({ id: peer.id });
