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
import { isTraceState, TraceStep, type TraceWords } from '../trace/trace-context.js';
import { FAULT_CODES, type FaultCode } from './fault-codes.js';
import { type Payload, payloadBytesMax, writePayload } from './payload.js';

/** Asks for one run of a handler. */
export interface Request<Body extends Payload = Payload> {
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
  readonly trace: TraceStep;
  readonly payload: Body;
}

/** What a provider says of itself when it is asked. */
export type ProviderStatus = 'ready' | 'unready' | 'draining';
export const PROVIDER_STATUSES: readonly ProviderStatus[] = ['ready', 'unready', 'draining'];

/** Everything that travels on the port of services; one that came has its payload as bytes. */
export type ServiceMessage<Body extends Payload = Payload> =
  | Request<Body>
  | { readonly kind: 'reply'; readonly attempt: number; readonly payload: Body }
  | {
      readonly kind: 'fault';
      readonly attempt: number;
      readonly code: FaultCode;
      readonly detail: string;
    }
  | { readonly kind: 'cancel'; readonly attempt: number }
  | { readonly kind: 'item'; readonly attempt: number; readonly payload: Body }
  | { readonly kind: 'credit'; readonly attempt: number; readonly items: number }
  | { readonly kind: 'check'; readonly nonce: number }
  | { readonly kind: 'checked'; readonly nonce: number; readonly status: ProviderStatus }
  | { readonly kind: 'announce'; readonly record: Uint8Array };

/** Their numbers on the wire. */
export const KINDS: readonly ServiceMessage['kind'][] = [
  'request',
  'reply',
  'fault',
  'cancel',
  'item',
  'credit',
  'check',
  'checked',
  'announce',
];

/** What a message takes at most beside its payload or record: the longest names, or the longest detail of a fault. */
const HEAD_BYTES_MAX = 1_024;

/** In memory of its own. */
export function encodeMessage(message: ServiceMessage): Uint8Array {
  return encodeInto(Buffer.allocUnsafeSlow(bytesMax(message)), message);
}

/**
 * For a port, which copies what it posts: a short message costs no memory then.
 * @returns a view that holds until the next call
 */
export function encodeForPost(message: ServiceMessage): Uint8Array {
  const memory = bytesMax(message) > scratch.length ? undefined : scratch;
  return memory === undefined ? encodeMessage(message) : encodeInto(memory, message);
}

const scratch = Buffer.allocUnsafeSlow(4_096);

/** @returns a view of the memory, which is large enough */
function encodeInto(memory: Buffer, message: ServiceMessage): Uint8Array {
  const writer = writeHead(new Writer(memory), message);
  const end =
    'payload' in message ? writePayload(memory, writer.length, message.payload) : writer.length;
  return new Uint8Array(memory.buffer, memory.byteOffset, end);
}

function bytesMax(message: ServiceMessage): number {
  if ('payload' in message) return HEAD_BYTES_MAX + payloadBytesMax(message.payload);
  return HEAD_BYTES_MAX + (message.kind === 'announce' ? message.record.length : 0);
}

/** All but the payload. */
function writeHead(writer: Writer, message: ServiceMessage): Writer {
  writer.u8(KINDS.indexOf(message.kind));
  switch (message.kind) {
    case 'request':
      return writeRequest(writer, message);
    case 'reply':
    case 'item':
    case 'cancel':
      return writer.varuint(message.attempt);
    case 'fault': {
      const detail = message.detail.slice(0, FAULT_TEXT_CHARS_MAX).toWellFormed();
      const code = FAULT_CODES.indexOf(message.code);
      return writer.varuint(message.attempt).u8(code).text(detail);
    }
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
export function decodeMessage(bytes: Uint8Array): ServiceMessage<Uint8Array> {
  const reader = new Reader(bytes);
  const message = readMessage(reader, oneOf(KINDS, reader.u8()));
  reader.end();
  return message;
}

function readMessage(reader: Reader, kind: ServiceMessage['kind']): ServiceMessage<Uint8Array> {
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
      const detail = reader.text(FAULT_TEXT_CHARS_MAX * UTF8_BYTES_PER_CHAR_MAX);
      if (detail.length <= FAULT_TEXT_CHARS_MAX) return { kind, attempt, code, detail };
      throw new HearsayError('malformed', `a detail of ${detail.length} characters`);
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
  for (const word of trace.words) writer.u32(word);
  return writer.u8(trace.sampled ? 1 : 0).text(trace.state);
}

function readRequest(reader: Reader): Request<Uint8Array> {
  return {
    kind: 'request',
    attempt: reader.varuint(),
    generation: reader.varuint(),
    service: reader.text(NAME_BYTES_MAX),
    remainingMs: reader.varuint(TIMEOUT_MS_MAX),
    idempotent: reader.flag(),
    stream: reader.flag(),
    operation: reader.text(OPERATION_BYTES_MAX),
    trace: readTrace(reader),
    payload: rest(reader, PAYLOAD_BYTES_MAX),
  };
}

/** Ids of zeros are none, and a state is printable: it may end up in a header of HTTP. */
function readTrace(reader: Reader): TraceStep {
  const word = (): number => reader.u32() | 0;
  const words: TraceWords = [word(), word(), word(), word(), word(), word()];
  const [one, two, three, four, five, six] = words;
  const isNone = (one | two | three | four) === 0 || (five | six) === 0;
  const sampled = reader.flag();
  const state = reader.text(TRACE_STATE_BYTES_MAX);
  if (isNone || !isTraceState(state)) throw new HearsayError('malformed', 'no trace context');
  return new TraceStep(words, sampled, state);
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
