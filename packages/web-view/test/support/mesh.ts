import { createPeer, NetworkKeys, type Peer } from '@hearsay/node';
import { onTestFinished } from 'vitest';
import { serveWebView, type WebView } from '../../src/serve-web-view.js';

const KEY = Buffer.alloc(32, 9);

/** A peer on loopback that looks for nobody. */
export async function startPeer(nick: string, join: readonly Peer[] = []): Promise<Peer> {
  const peer = await createPeer({
    ...{ nick, port: 0, discover: false },
    keys: NetworkKeys.of(KEY),
    join: join.map(({ url }) => url.replace('ws://', '')),
  });
  onTestFinished(() => peer.close());
  return peer;
}

export async function startView(peer: Peer): Promise<WebView> {
  const view = await serveWebView(peer);
  onTestFinished(() => view.close());
  return view;
}
