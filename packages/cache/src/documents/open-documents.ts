import { randomBytes } from 'node:crypto';
import type { Durability, Peer } from '@hearsay/node';
import { NONE_REFUSED } from '../y-websocket/close-codes.js';
import { type EndpointOptions, YJS_PATH, YWebsocketEndpoint } from '../y-websocket/endpoint.js';
import { DiskShelf } from './disk-shelf.js';
import {
  type DocumentFacts,
  type DocumentHandle,
  DocumentHost,
  type DocumentsSummary,
} from './document-host.js';
import { DEFAULT_DOCUMENT_LIMITS, type DocumentLimits } from './limits.js';
import { addDocumentMeasures } from './measures.js';

/** How documents are opened; only `peer` is needed. */
export interface DocumentsOptions {
  readonly peer: Peer;
  /** A folder that keeps documents over restarts, of this peer alone. Undefined: in memory only. */
  readonly dir?: string;
  /** How safe an edit is once it is written there. Default `everysec`. */
  readonly durability?: Durability;
  readonly limits?: Partial<DocumentLimits>;
  /** Serve them to y-websocket clients at `/yjs/<key>` of the peer. Default true. */
  readonly serve?: boolean | EndpointOptions;
}

/** The documents of a peer: one `Y.Doc` a key, equal at all peers that have opened theirs. */
export interface Documents {
  /**
   * A live document; made when nobody has it. It stays in memory until the handle is closed.
   * @throws DocumentError `bad-key`, `too-many-documents`, `disk-failed`, `closed`
   */
  doc(key: string): DocumentHandle;
  /** Keys of all documents that hold something, or are open here, sorted. @throws DocumentError `disk-failed` */
  list(): readonly string[];
  /** Of one document, how large it is and who has it open. */
  facts(key: string): DocumentFacts;
  /**
   * Deletes all that is in a document as it is here, at every peer: editors that have it open see it
   * empty. What somebody writes without having seen that stays.
   * @returns whether there was anything
   * @throws DocumentError `too-many-documents`, `disk-failed`, `closed`
   */
  delete(key: string): boolean;
  status(): DocumentsSummary;
  /** Resolves when all edits so far are as safe as `durability` promises. */
  stored(): Promise<void>;
  /** Sends clients to other peers, keeps everything, and closes. Idempotent. */
  close(): Promise<void>;
}

const SESSION_BYTES = 6;

/**
 * Opens the documents of a peer.
 *
 * ```ts
 * const documents = openDocuments({ peer, dir: 'documents' });
 * const { doc } = documents.doc('notes');
 * doc.getText('body').insert(0, 'hello');
 * ```
 *
 * @throws DocumentError `disk-failed`
 * @throws PeerError `port-taken`, `closed`
 */
export function openDocuments(options: DocumentsOptions): Documents {
  const { peer, dir, durability = 'everysec', serve = true } = options;
  const limits = { ...DEFAULT_DOCUMENT_LIMITS, ...options.limits };
  const session = randomBytes(SESSION_BYTES).readUIntBE(0, SESSION_BYTES);
  const report: { to?: DocumentHost } = {};
  const disk =
    dir === undefined
      ? undefined
      : new DiskShelf({ dir, durability, onTrouble: (error) => report.to?.report(error) });
  const host = new DocumentHost({ peer, limits, session, disk });
  report.to = host;
  const endpoint =
    serve === false ? undefined : new YWebsocketEndpoint(host, serve === true ? {} : serve);
  const stopServing = endpoint === undefined ? undefined : serveAt(peer, endpoint);
  const status = (): DocumentsSummary => ({
    ...host.status,
    clients: endpoint?.clients ?? 0,
    refused: endpoint?.refused ?? NONE_REFUSED,
  });
  const stopMeasuring = addDocumentMeasures(status, peer.http);
  return {
    doc: (key) => host.handle(key),
    list: () => host.keys(),
    facts: (key) => host.facts(key),
    delete: (key) => host.delete(key),
    status,
    stored: () => host.stored(),
    close: () => {
      stopMeasuring();
      stopServing?.();
      endpoint?.close();
      return host.close();
    },
  };
}

function serveAt(peer: Peer, endpoint: YWebsocketEndpoint): () => void {
  return peer.http.upgrade(
    YJS_PATH,
    (request, socket, head) => endpoint.upgrade(request, socket, head),
    (denial, request, socket, head) => endpoint.deny(denial, request, socket, head),
  );
}
