import type { HearsayError } from '@hearsay/core';
import { PeerError, reasonOf } from './errors.js';

/** What ended a peer by itself. */
export function internalError(error: unknown): PeerError {
  if (error instanceof PeerError) return error;
  const message = `stopped by a broken invariant: ${reasonOf(error)}`;
  return new PeerError('internal', message, { cause: error });
}

/** What the engine refused, as callers see it. */
export function peerErrorOf(error: HearsayError): PeerError {
  switch (error.code) {
    case 'left':
      return new PeerError('closed', 'this peer has left', { cause: error });
    case 'bad-peer-id':
    case 'malformed':
    case 'forged':
      return new PeerError('internal', error.message, { cause: error });
    default:
      return new PeerError(error.code, error.message, { cause: error });
  }
}
