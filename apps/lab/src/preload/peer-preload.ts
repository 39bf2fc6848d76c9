// Loaded into a peer before its program (`node --import`), so that the program itself knows nothing of
// the lab: it sends dials through the relay, and may set this process's clock wrong.
import net from 'node:net';
import { CLOCK_OFFSET_VARIABLE, ROUTES_VARIABLE } from './variables.js';

// Both variables are written by the lab, from the same sources.
const routes = JSON.parse(process.env[ROUTES_VARIABLE] ?? '{}') as Readonly<Record<string, number>>;
const clockOffsetMs = Number(process.env[CLOCK_OFFSET_VARIABLE] ?? 0);

const connect = net.connect.bind(net) as (options: net.NetConnectOpts) => net.Socket;
const routed = (given: net.NetConnectOpts): net.Socket => {
  const port = 'port' in given ? routes[String(given.port)] : undefined;
  return connect(port === undefined ? given : { ...given, port });
};
// Its other forms are not used by anything that runs in a peer.
net.connect = routed as typeof net.connect;

if (clockOffsetMs !== 0) {
  const RealDate = Date;
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, given, newTarget) =>
      Reflect.construct(target, given.length === 0 ? [now()] : given, newTarget),
    get: (target, name, receiver) => (name === 'now' ? now : Reflect.get(target, name, receiver)),
  });
  const now = () => RealDate.now() + clockOffsetMs;
}
