import { HearsayError, invariant } from '../errors.js';
import { FRAME_BODY_BYTES_MAX, type Limits } from '../limits.js';
import { type Goodbye, readGoodbye, writeGoodbye } from './goodbye.js';
import { type Hello, type ReadHello, readHello, writeHello } from './hello.js';
import * as inquiry from './inquiry.js';
import { type Post, readPost, writePost } from './post.js';
import * as probes from './probes.js';
import { Reader } from './reader.js';
import * as sync from './sync.js';
import * as trees from './trees.js';
import { readUpdates, type Updates, writeUpdates } from './updates.js';
import { readViewFrame, type ViewFrame, writeViewFrame } from './views.js';
import { varuintBytes, Writer } from './writer.js';

/** A batch as it travels: its bytes are never taken apart and put together again. */
interface BatchFrame {
  readonly kind: 'batch';
  readonly bytes: Uint8Array;
}

/** "Send me your whole member table." */
interface TableWant {
  readonly kind: 'table-want';
}

export type Frame =
  | Hello
  | Goodbye
  | probes.Ping
  | probes.Ack
  | probes.PingRequest
  | probes.PingReply
  | Updates
  | TableWant
  | BatchFrame
  | sync.Have
  | sync.Offer
  | sync.Want
  | sync.Delta
  | sync.DeltaEnd
  | inquiry.Chains
  | inquiry.Trail
  | Post
  | trees.TreeFrame
  | ViewFrame;

/** What the decoder returns: a hello may be of a foreign version. */
export type ReadFrame = Exclude<Frame, Hello> | ReadHello;

/** First byte of each frame; the table of docs/protocol.md. */
const TAGS: Record<Frame['kind'], number> = {
  hello: 1,
  goodbye: 2,
  ping: 3,
  ack: 4,
  'ping-request': 5,
  'ping-reply': 6,
  updates: 7,
  'table-want': 8,
  batch: 9,
  have: 10,
  offer: 11,
  want: 12,
  delta: 13,
  'delta-end': 14,
  chains: 15,
  trail: 16,
  post: 17,
  relay: 18,
  ihave: 19,
  graft: 20,
  prune: 21,
  join: 24,
  'forward-join': 25,
  neighbour: 26,
  'neighbour-reply': 27,
  shuffle: 28,
  'shuffle-reply': 29,
  release: 30,
  keep: 31,
  island: 32,
};

const TAG_BYTES = 1;
const EMPTY = new Uint8Array(0);

function writeBody(frame: Frame): Uint8Array {
  switch (frame.kind) {
    case 'hello':
      return writeHello(frame);
    case 'goodbye':
      return writeGoodbye(frame);
    case 'ping':
    case 'ack':
      return probes.writePing(frame);
    case 'ping-request':
      return probes.writePingRequest(frame);
    case 'ping-reply':
      return probes.writePingReply(frame);
    case 'updates':
      return writeUpdates(frame);
    case 'table-want':
      return EMPTY;
    case 'batch':
      return frame.bytes;
    case 'have':
      return sync.writeHave(frame);
    case 'offer':
      return sync.writeOffer(frame);
    case 'want':
      return sync.writeWant(frame);
    case 'delta':
      return sync.writeDelta(frame);
    case 'delta-end':
      return sync.writeDeltaEnd(frame);
    case 'chains':
      return inquiry.writeChains(frame);
    case 'trail':
      return inquiry.writeTrail(frame);
    case 'post':
      return writePost(frame);
    case 'relay':
      return frame.bytes;
    case 'ihave':
    case 'graft':
      return trees.writeNamedBatches(frame);
    case 'prune':
      return trees.writePrune(frame);
    default:
      return writeViewFrame(frame);
  }
}

/** `tag length body`: frames follow each other in a transport message with nothing between. */
export function encodeFrame(frame: Frame): Uint8Array {
  const body = writeBody(frame);
  invariant(body.length <= FRAME_BODY_BYTES_MAX, 'what we send can be read');
  const length = TAG_BYTES + varuintBytes(body.length) + body.length;
  return new Writer(length).u8(TAGS[frame.kind]).bytes(body).finish();
}

/** Room for the tag and the length of any frame. */
export const FRAME_HEADER_BYTES_MAX: number = TAG_BYTES + varuintBytes(FRAME_BODY_BYTES_MAX);

/**
 * The frame around a body that was written behind room for `FRAME_HEADER_BYTES_MAX` left at `from`.
 * @returns a view of what was written: nothing is copied
 */
export function frameAround(kind: Frame['kind'], writer: Writer, from = 0): Uint8Array {
  const bodyStart = from + FRAME_HEADER_BYTES_MAX;
  const length = writer.length - bodyStart;
  invariant(length <= FRAME_BODY_BYTES_MAX, 'what we send can be read');
  const start = bodyStart - TAG_BYTES - varuintBytes(length);
  writer.patch(start, TAGS[kind]);
  writer.patchVaruint(start + TAG_BYTES, length);
  return writer.view(start);
}

function readBody(tag: number, reader: Reader, limits: Limits): ReadFrame {
  switch (tag) {
    case TAGS.hello:
      return readHello(reader, limits.metaBytesMax);
    case TAGS.goodbye:
      return readGoodbye(reader, limits.metaBytesMax);
    case TAGS.ping:
      return probes.readPing(reader, 'ping');
    case TAGS.ack:
      return probes.readPing(reader, 'ack');
    case TAGS['ping-request']:
      return probes.readPingRequest(reader);
    case TAGS['ping-reply']:
      return probes.readPingReply(reader);
    case TAGS.updates:
      return readUpdates(reader, limits.metaBytesMax);
    case TAGS['table-want']:
      return { kind: 'table-want' };
    case TAGS.batch:
      return { kind: 'batch', bytes: reader.raw(reader.remaining) };
    case TAGS.have:
      return sync.readHave(reader);
    case TAGS.offer:
      return sync.readOffer(reader);
    case TAGS.want:
      return sync.readWant(reader);
    case TAGS.delta:
      return sync.readDelta(reader);
    case TAGS['delta-end']:
      return sync.readDeltaEnd(reader);
    case TAGS.chains:
      return inquiry.readChains(reader);
    case TAGS.trail:
      return inquiry.readTrail(reader);
    case TAGS.post:
      return readPost(reader, limits);
    case TAGS.relay:
      return { kind: 'relay', bytes: reader.raw(reader.remaining) };
    case TAGS.ihave:
      return trees.readNamedBatches(reader, 'ihave');
    case TAGS.graft:
      return trees.readNamedBatches(reader, 'graft');
    case TAGS.prune:
      return trees.readPrune(reader);
    case TAGS.join:
      return readViewFrame(reader, 'join');
    case TAGS['forward-join']:
      return readViewFrame(reader, 'forward-join');
    case TAGS.neighbour:
      return readViewFrame(reader, 'neighbour');
    case TAGS['neighbour-reply']:
      return readViewFrame(reader, 'neighbour-reply');
    case TAGS.shuffle:
      return readViewFrame(reader, 'shuffle');
    case TAGS['shuffle-reply']:
      return readViewFrame(reader, 'shuffle-reply');
    case TAGS.release:
      return readViewFrame(reader, 'release');
    case TAGS.keep:
      return readViewFrame(reader, 'keep');
    case TAGS.island:
      return readViewFrame(reader, 'island');
    default:
      throw new HearsayError('malformed', `unknown frame ${tag}`);
  }
}

/** Takes one transport message apart, frame by frame; frames before a malformed one are given. */
export class FrameReader {
  readonly #bytes: Uint8Array;
  readonly #limits: Limits;
  readonly #outer: Reader;

  constructor(bytes: Uint8Array, limits: Limits) {
    this.#bytes = bytes;
    this.#limits = limits;
    this.#outer = new Reader(bytes);
  }

  /** @returns undefined behind the last. @throws HearsayError `malformed` */
  next(): ReadFrame | undefined {
    const outer = this.#outer;
    if (outer.remaining === 0) {
      if (outer.offset > 0) return undefined;
      throw new HearsayError('malformed', 'empty transport message');
    }
    const tag = outer.u8();
    const length = outer.varuint(FRAME_BODY_BYTES_MAX);
    const start = outer.offset;
    outer.skip(length);
    const reader = new Reader(this.#bytes, start, start + length);
    const frame = readBody(tag, reader, this.#limits);
    reader.end();
    return frame;
  }
}

/** The same as a sequence, for whoever reads few: to be resumed costs more than a short frame. */
export function* decodeFrames(bytes: Uint8Array, limits: Limits): Generator<ReadFrame> {
  const frames = new FrameReader(bytes, limits);
  for (let next = frames.next(); next !== undefined; next = frames.next()) yield next;
}
