import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Cache } from '../host/cache.js';
import { sendAnswer } from './answers.js';
import { answerKey } from './key-resource.js';
import { answerList } from './list-resource.js';
import { addMeasures } from './measures.js';
import { refusalOf } from './refusal.js';
import { CacheRequest } from './request-options.js';

/** Keys are below this path of the peer. */
const CACHE_PATH = '/cache/';

/**
 * Serves a cache on the port of its peer: keys at `/cache/<key>`, all of them at `/cache`, numbers
 * at `/metrics`, and a condition of `/readyz`.
 * @returns a function that ends it
 * @throws PeerError `route-taken` when a cache of this peer is served already
 */
export function serveCache(cache: Cache): () => void {
  const { http } = cache.peer;
  const stops = [
    http.route(CACHE_PATH, (request, response) => serve(cache, request, response)),
    http.readiness('cache', () => unreadyReason(cache)),
    addMeasures(cache, http),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

async function serve(
  cache: Cache,
  message: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const aborting = new AbortController();
  response.once('close', () => aborting.abort());
  const withBody = message.method !== 'HEAD';
  try {
    const request = new CacheRequest(message, CACHE_PATH, aborting.signal);
    const answer =
      request.key === undefined
        ? await answerList(cache, request, response)
        : await answerKey(cache, request.key, request);
    if (answer !== undefined) sendAnswer(response, answer, withBody);
  } catch (error) {
    if (aborting.signal.aborted) return; // Nobody is there to be told.
    const refusal = refusalOf(error);
    if (refusal === undefined || response.headersSent) throw error;
    sendAnswer(response, refusal, withBody);
  }
}

/** Why this cache is not to be relied on now, or undefined. */
function unreadyReason(cache: Cache): string | undefined {
  const { repairing, memory, diverged, diskFailure } = cache.status();
  if (diverged.length > 0) return `${diverged.length} partitions differ from a neighbour's`;
  if (memory.overFull) return `it holds ${memory.bytes} bytes of ${memory.bytesMax}`;
  if (diskFailure !== undefined) return diskFailure;
  return repairing ? 'it takes over what others hold' : undefined;
}
