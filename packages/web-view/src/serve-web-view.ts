import { readFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import type { PeerId } from '@hearsay/core';
import type { Peer } from '@hearsay/node';
import { snapshotOf } from './snapshot.js';
import { Watchers } from './watchers.js';

/** The page of a peer. */
export interface WebView {
  /** What to open in a browser of this machine. */
  readonly url: string;
  /** Pages that are open. */
  readonly watchers: number;
  /** Takes the page away, and closes what is open. Idempotent. */
  close(): void;
}

const PATH = '/view/';
const WATCH_PATH = `${PATH}watch`;
const [NOT_FOUND, NOT_ALLOWED, OK] = [404, 405, 200];

/** All that there is, so no path leads anywhere else. */
const FILES: Readonly<Record<string, { readonly name: string; readonly type: string }>> = {
  '': { name: 'index.html', type: 'text/html' },
  'page.css': { name: 'page.css', type: 'text/css' },
  'page.js': { name: 'page.js', type: 'text/javascript' },
  'draw.js': { name: 'draw.js', type: 'text/javascript' },
  'words.js': { name: 'words.js', type: 'text/javascript' },
};

/** Nothing from elsewhere, nothing inline, and inside of no other page. */
const HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
};

/**
 * Serves a read-only page about a peer, on its own port: topology, members, clocks and convergence.
 * Only programs of this machine may open it.
 *
 * ```ts
 * const view = await serveWebView(peer);
 * console.log(view.url); // http://127.0.0.1:7340/view/
 * ```
 *
 * @throws PeerError `route-taken` when the peer has one already
 */
export async function serveWebView(peer: Peer): Promise<WebView> {
  const files = await readFiles();
  const lackedAtDeath = new Map<PeerId, number>();
  const watchers = new Watchers({
    snapshot: () => JSON.stringify(snapshotOf(peer, lackedAtDeath)),
    schedule: (callback, waitMs) => {
      const timer = setTimeout(callback, waitMs).unref();
      return () => clearTimeout(timer);
    },
  });
  const changed = (): void => watchers.changed();
  const undo = [
    peer.http.route(PATH, (request, response) => {
      if (request.method !== 'GET' && request.method !== 'HEAD') {
        return end(response, NOT_ALLOWED, 'text/plain', 'Only GET and HEAD.\n');
      }
      const name = nameOf(request.url ?? '');
      const file = name === undefined ? undefined : files.get(name);
      if (file === undefined) return end(response, NOT_FOUND, 'text/plain', 'Not found.\n');
      return end(response, OK, file.type, file.text);
    }),
    peer.http.upgrade(WATCH_PATH, (request, socket, head) => {
      watchers.upgrade(request, socket, head);
    }),
    peer.on('member', ({ member: { id, state, lacks } }) => {
      if (state === 'dead') lackedAtDeath.set(id, lacks);
      else lackedAtDeath.delete(id);
      changed();
    }),
    ...(['sync', 'link', 'meta', 'isolated'] as const).map((name) => peer.on(name, changed)),
  ];
  return {
    url: `${peer.url.replace(/^ws:/, 'http:').replace(/\/?$/, '')}${PATH}`,
    get watchers() {
      return watchers.count;
    },
    close() {
      for (const each of undo.splice(0)) each();
      watchers.close();
    },
  };
}

interface File {
  readonly type: string;
  readonly text: string;
}

async function readFiles(): Promise<ReadonlyMap<string, File>> {
  const read = Object.entries(FILES).map(async ([path, { name, type }]) => {
    const text = await readFile(new URL(`../page/${name}`, import.meta.url), 'utf8');
    return [path, { type: `${type}; charset=utf-8`, text }] as const;
  });
  return new Map(await Promise.all(read));
}

/** What is asked for below the page; undefined for the page without its last slash. */
function nameOf(url: string): string | undefined {
  const [path = ''] = url.split('?');
  return path.startsWith(PATH) ? path.slice(PATH.length) : undefined;
}

function end(response: ServerResponse, status: number, type: string, text: string): void {
  response.writeHead(status, { ...HEADERS, 'content-type': type });
  response.end(text);
}
