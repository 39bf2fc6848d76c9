import { PeerError } from '@hearsay/node';
import { DocumentError, type DocumentErrorCode } from '../documents/errors.js';
import { CacheError, type CacheErrorCode } from '../errors.js';
import {
  CacheClosedError,
  CacheDiskError,
  ConditionalError,
  QuorumError,
  SessionBehindError,
} from '../host/errors.js';
import { type Answer, jsonAnswer } from './answers.js';

/** A request that cannot be done as it was asked. */
export class HttpRefusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    code: string,
    message: string,
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.name = 'HttpRefusal';
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

const STATUS_OF: Readonly<Record<CacheErrorCode, number>> = {
  'bad-key': 400,
  'bad-value': 400,
  'too-large': 413,
  'too-many': 413,
  'wrong-type': 409,
  'counter-overflow': 409,
  'out-of-memory': 507,
};

const DOCUMENT_STATUS_OF: Readonly<Record<DocumentErrorCode, number>> = {
  'bad-key': 400,
  'too-many-documents': 507,
  'disk-failed': 500,
  closed: 503,
};

/**
 * An error as an answer: `outcome` is `none` when nothing was done, and `unknown` when it may have
 * been. Undefined for what is no error of the cache, but of its program.
 */
export function refusalOf(error: unknown): Answer | undefined {
  if (error instanceof HttpRefusal) return refuse(error, error.status, 'none', error.headers);
  if (error instanceof CacheError) return refuse(error, STATUS_OF[error.code], 'none');
  if (error instanceof DocumentError) {
    return refuse(error, DOCUMENT_STATUS_OF[error.code], 'none');
  }
  if (error instanceof ConditionalError) return refuse(error, 501, 'none');
  if (error instanceof QuorumError) return quorumRefusal(error);
  if (error instanceof SessionBehindError) return refuse(error, 503, 'none', RETRY);
  if (error instanceof CacheClosedError) return refuse(error, 503, 'none');
  if (error instanceof CacheDiskError) return refuse(error, 500, 'unknown');
  if (error instanceof PeerError && error.code === 'body-too-large') {
    return refuse(error, 413, 'none', { connection: 'close' });
  }
  return undefined;
}

const RETRY = { 'retry-after': '1' };

function quorumRefusal(error: QuorumError): Answer {
  const { acks, wanted, outcomeUnknown } = error;
  const body = { error: error.message, code: error.code, acks, wanted };
  return outcomeUnknown
    ? jsonAnswer({ ...body, outcome: 'unknown' }, 504)
    : jsonAnswer({ ...body, outcome: 'none' }, 503, RETRY);
}

function refuse(
  error: Error & { readonly code: string },
  status: number,
  outcome: 'none' | 'unknown',
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return jsonAnswer({ error: error.message, code: error.code, outcome }, status, headers);
}
