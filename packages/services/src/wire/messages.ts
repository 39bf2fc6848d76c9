import { HearsayError } from '@hearsay/core';
import { Reader, Writer } from '@hearsay/core/wire';
import {
  FAULT_TEXT_CHARS_MAX,
  NAME_BYTES_MAX,
  OPERATION_BYTES_MAX,
  PAYLOAD_BYTES_MAX,
  RECORD_BYTES_MAX,
  STREAM_WINDOW,
  TIMEOUT_MS_MAX,
  TRACE_STATE_BYTES_MAX,
} from '../limits.js';
import type { TraceContext } from '../trace/trace-context.js';
import { FAULT_CODES, type FaultCode } from './fault-codes.js';
import { byteOfHex } from './hex.js';

/** Asks for one run of a handler. */
export interface Request {
  readonly kind: 'request';
  /** Of this caller and run; answers name it. */
  readonly attempt: number;
  /** The run of the provider it is meant for: another one has other memories. */
  readonly generation: number;
  readonly service: string;
  /** The caller gives up then; at the provider the clock of arrival counts. */
  readonly remainingMs: number;
  /** May run more than once without harm; else `operation` keeps it from that. */
  readonly idempotent: boolean;
  readonly stream: boolean;
  readonly operation: string;
  readonly trace: TraceContext;
  readonly payload: Uint8Array;
}

/** What a provider says of itself when it is asked. */
export type ProviderStatus = 'ready' | 'unready' | 'draining';
export const PROVIDER_STATUSES: readonly ProviderStatus[] = ['ready', 'unready', 'draining'];

/** Everything that travels on the port of services. */
export type ServiceMessage =
  | Request
  | { readonly kind: 'reply'; readonly attempt: number; readonly payload: Uint8Array }
  | {
      readonly kind: 'fault';
      readonly attempt: number;
      readonly code: FaultCode;
      readonly detail: string;
    }
  | { readonly kind: 'cancel'; readonly attempt: number }
  | { readonly kind: 'item'; readonly attempt: number; readonly payload: Uint8Array }
  | { readonly kind: 'credit'; readonly attempt: number; readonly items: number }
  | { readonly kind: 'check'; readonly nonce: number }
  | { readonly kind: 'checked'; readonly nonce: number; readonly status: ProviderStatus }
  | { readonly kind: 'announce'; readonly record: Uint8Array };

const KINDS = [
  'request',
  'reply',
  'fault',
  'cancel',
  'item',
  'credit',
  'check',
  'checked',
  'announce',
] as const satisfies readonly ServiceMessage['kind'][];

const HEADER_BYTES = 160;

/** In memory of its own. */
export function encodeMessage(message: ServiceMessage): Uint8Array {
  return writeMessage(new Writer(sizeOf(message)), message).finish();
}

/**
 * For a port, which copies what it posts: a short message costs no memory then.
 * @returns a view that holds until the next call
 */
export function encodeForPost(message: ServiceMessage): Uint8Array {
  if (sizeOf(message) > scratch.length) return encodeMessage(message);
  return writeMessage(new Writer(scratch), message).peek(0);
}

const scratch = new Uint8Array(4_096);

/** Roughly, and seldom too little. */
function sizeOf(message: ServiceMessage): number {
  return HEADER_BYTES + ('payload' in message ? message.payload.length : 0);
}

function writeMessage(writer: Writer, message: ServiceMessage): Writer {
  writer.u8(KINDS.indexOf(message.kind));
  switch (message.kind) {
    case 'request':
      return writeRequest(writer, message);
    case 'reply':
    case 'item':
      return writer.varuint(message.attempt).raw(message.payload);
    case 'fault': {
      const detail = message.detail.slice(0, FAULT_TEXT_CHARS_MAX).toWellFormed();
      const code = FAULT_CODES.indexOf(message.code);
      return writer.varuint(message.attempt).u8(code).text(detail);
    }
    case 'cancel':
      return writer.varuint(message.attempt);
    case 'credit':
      return writer.varuint(message.attempt).varuint(message.items);
    case 'check':
      return writer.varuint(message.nonce);
    case 'checked':
      return writer.varuint(message.nonce).u8(PROVIDER_STATUSES.indexOf(message.status));
    case 'announce':
      return writer.raw(message.record);
  }
}

/** Payloads are views of `bytes`. @throws HearsayError `malformed` */
export function decodeMessage(bytes: Uint8Array): ServiceMessage {
  const reader = new Reader(bytes);
  const message = readMessage(reader, oneOf(KINDS, reader.u8()));
  reader.end();
  return message;
}

function readMessage(reader: Reader, kind: ServiceMessage['kind']): ServiceMessage {
  switch (kind) {
    case 'request':
      return readRequest(reader);
    case 'reply':
    case 'item':
      return { kind, attempt: reader.varuint(), payload: rest(reader, PAYLOAD_BYTES_MAX) };
    case 'fault': {
      const attempt = reader.varuint();
      const code = oneOf(FAULT_CODES, reader.u8());
      const UTF8_BYTES_PER_CHAR_MAX = 3;
      return {
        kind,
        attempt,
        code,
        detail: reader.text(FAULT_TEXT_CHARS_MAX * UTF8_BYTES_PER_CHAR_MAX),
      };
    }
    case 'cancel':
      return { kind, attempt: reader.varuint() };
    case 'credit':
      return { kind, attempt: reader.varuint(), items: reader.varuint(STREAM_WINDOW) };
    case 'check':
      return { kind, nonce: reader.varuint() };
    case 'checked':
      return { kind, nonce: reader.varuint(), status: oneOf(PROVIDER_STATUSES, reader.u8()) };
    case 'announce':
      return { kind, record: rest(reader, RECORD_BYTES_MAX) };
  }
}

const SAMPLED = 1;

function writeRequest(writer: Writer, request: Request): Writer {
  const { trace } = request;
  writer
    .varuint(request.attempt)
    .varuint(request.generation)
    .text(request.service)
    .varuint(request.remainingMs)
    .u8(request.idempotent ? 1 : 0)
    .u8(request.stream ? 1 : 0)
    .text(request.operation);
  writeHex(writer, trace.traceId);
  writeHex(writer, trace.spanId);
  return writer
    .u8(trace.sampled ? SAMPLED : 0)
    .text(trace.state)
    .raw(request.payload);
}

function readRequest(reader: Reader): Request {
  const TRACE_ID_BYTES = 16;
  const SPAN_ID_BYTES = 8;
  return {
    kind: 'request',
    attempt: reader.varuint(),
    generation: reader.varuint(),
    service: reader.text(NAME_BYTES_MAX),
    remainingMs: reader.varuint(TIMEOUT_MS_MAX),
    idempotent: reader.flag(),
    stream: reader.flag(),
    operation: reader.text(OPERATION_BYTES_MAX),
    trace: {
      traceId: readHex(reader, TRACE_ID_BYTES),
      spanId: readHex(reader, SPAN_ID_BYTES),
      sampled: reader.flag(),
      state: reader.text(TRACE_STATE_BYTES_MAX),
    },
    payload: rest(reader, PAYLOAD_BYTES_MAX),
  };
}

/** An id while it is read: its text is made in one piece. */
const idBytes = Buffer.alloc(16);

function writeHex(writer: Writer, hex: string): void {
  for (let index = 0; index < hex.length; index += 2) {
    writer.u8(byteOfHex(hex, index));
  }
}

function readHex(reader: Reader, count: number): string {
  for (let index = 0; index < count; index++) idBytes[index] = reader.u8();
  return idBytes.toString('hex', 0, count);
}

function rest(reader: Reader, max: number): Uint8Array {
  const { remaining } = reader;
  if (remaining > max) throw new HearsayError('malformed', `${remaining} bytes, over ${max}`);
  return reader.raw(remaining);
}

function oneOf<T>(items: readonly T[], index: number): T {
  const item = items[index];
  if (item === undefined) throw new HearsayError('malformed', `no such number: ${index}`);
  return item;
}
