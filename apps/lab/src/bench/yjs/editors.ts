import WebSocket from 'ws';
import { WebsocketProvider } from 'y-websocket';
import * as Y from 'yjs';
import { LabError } from '../../errors.js';

const SYNC_MS = 20_000;
/** An edit is the number of its editor times this, and its own. */
const EDITS_MAX = 1_000_000;

/** Stock editors of one document, and how long each edit took to each other editor. */
export class Editors {
  readonly #all: { readonly doc: Y.Doc; readonly provider: WebsocketProvider }[] = [];
  readonly #sentMs = new Map<number, number>();
  /** Milliseconds from an edit until another editor shows it. */
  readonly latenciesMs: number[] = [];
  edits = 0;

  /** Opens a document for each editor, spread over the addresses, and waits until all are in sync. */
  static async open(urls: readonly string[], key: string, count: number): Promise<Editors> {
    const editors = new Editors();
    // Each provider listens for the end of the process.
    process.setMaxListeners(Math.max(process.getMaxListeners(), 2 * count));
    const synced: Promise<void>[] = [];
    for (let index = 0; index < count; index++) {
      synced.push(editors.#add(urls[index % urls.length] ?? '', key, index));
    }
    await Promise.all(synced);
    return editors;
  }

  get size(): number {
    return this.#all.length;
  }

  /** Deliveries that are to come for the edits so far. */
  get expected(): number {
    return this.edits * (this.size - 1);
  }

  /** One editor writes. */
  edit(index: number): void {
    const id = index * EDITS_MAX + this.edits;
    this.edits += 1;
    this.#sentMs.set(id, performance.now());
    this.#all[index]?.doc.getArray<number>('edits').push([id]);
  }

  close(): void {
    for (const { doc, provider } of this.#all) {
      provider.destroy();
      doc.destroy();
    }
  }

  #add(url: string, key: string, index: number): Promise<void> {
    const doc = new Y.Doc();
    const provider = new WebsocketProvider(url, key, doc, {
      // Without it they would sync inside this process, through no server.
      disableBc: true,
      // The one of `ws` does what the provider asks of one; Node 20 has none of its own.
      WebSocketPolyfill: WebSocket as unknown as typeof globalThis.WebSocket,
    });
    this.#all.push({ doc, provider });
    doc.getArray<number>('edits').observe((event, transaction) => {
      if (transaction.local) return;
      const nowMs = performance.now();
      for (const { insert } of event.changes.delta) {
        if (!Array.isArray(insert)) continue;
        for (const id of insert) this.#delivered(index, id, nowMs);
      }
    });
    return new Promise((resolve, reject) => {
      const late = (): void => reject(new LabError('timeout', `no sync with ${url}`));
      const timer = setTimeout(late, SYNC_MS);
      provider.once('sync', () => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  #delivered(index: number, id: number, nowMs: number): void {
    if (Math.floor(id / EDITS_MAX) === index) return;
    const sentMs = this.#sentMs.get(id);
    if (sentMs !== undefined) this.latenciesMs.push(nowMs - sentMs);
  }
}
