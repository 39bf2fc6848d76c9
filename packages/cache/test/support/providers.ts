import WebSocket from 'ws';
import { WebsocketProvider } from 'y-websocket';
import * as Y from 'yjs';

/** A stock editor: a document and its provider. */
export interface Editor {
  readonly doc: Y.Doc;
  readonly provider: WebsocketProvider;
  readonly text: Y.Text;
}

/** Stock providers of one test, ended together. */
export class Editors {
  readonly #all: Editor[] = [];

  open(url: string, key: string, options: { readonly connect?: boolean } = {}): Editor {
    const doc = new Y.Doc();
    const provider = new WebsocketProvider(url, key, doc, {
      // Two providers in one process would sync without any peer through it.
      disableBc: true,
      // Node 20 has no WebSocket of its own; the one of `ws` is alike where it matters.
      WebSocketPolyfill: WebSocket as unknown as typeof globalThis.WebSocket,
      ...options,
    });
    const editor = { doc, provider, text: doc.getText('t') };
    this.#all.push(editor);
    return editor;
  }

  close(): void {
    for (const { provider, doc } of this.#all.splice(0)) {
      provider.destroy();
      doc.destroy();
    }
  }
}

/** Waits until something holds, and says what did not. */
export async function until(what: string, holds: () => boolean, timeoutMs = 25_000): Promise<void> {
  const endMs = performance.now() + timeoutMs;
  while (!holds()) {
    if (performance.now() > endMs) throw new Error(`not in time: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
