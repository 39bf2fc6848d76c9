// Moleculer with its TCP transporter, as the services bench measures it: two processes on loopback.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';

// Not by its name: it is installed beside this file, and only when the bench wants it.
const packageName = 'moleculer';
const { ServiceBroker } = await import(packageName);

const file = fileURLToPath(import.meta.url);

/**
 * @param {string} nodeID
 * @param {readonly string[]} urls
 */
function brokerOf(nodeID, urls) {
  return new ServiceBroker({
    nodeID,
    logger: false,
    transporter: { type: 'TCP', options: { udpDiscovery: false, urls } },
  });
}

/** @returns {Promise<{ system: string, call: (text: string) => Promise<unknown>, close: () => Promise<void> }>} */
export async function open() {
  const urls = [`127.0.0.1:${await freePort()}/caller`, `127.0.0.1:${await freePort()}/provider`];
  const child = fork(file, urls, { execArgv: [] });
  await once(child, 'message');
  const broker = brokerOf('caller', urls);
  await broker.start();
  await broker.waitForServices('echo', 30_000);
  return {
    system: 'moleculer TCP',
    call: (text) => broker.call('echo.echo', { text }),
    close: async () => {
      await broker.stop();
      child.kill();
      await once(child, 'exit');
    },
  };
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        resolve(typeof address === 'object' && address !== null ? address.port : 0),
      );
    });
  });
}

if (process.argv[1] === file) {
  const broker = brokerOf('provider', process.argv.slice(2));
  broker.createService({
    name: 'echo',
    actions: {
      echo: {
        params: { text: 'string' },
        handler: (/** @type {{ params: { text: string } }} */ { params }) => params.text,
      },
    },
  });
  process.once('disconnect', () => process.exit());
  await broker.start();
  process.send?.('ready');
}
