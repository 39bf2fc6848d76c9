import type { PeerId } from '@hearsay/core';
import { type Batch, encodeBatch, type MemberRecord, Notary } from '@hearsay/core/wire';
import {
  Ed25519Signer,
  newSeed,
  peerIdOf,
  type SigningKeys,
  signingKeysOf,
} from '@hearsay/node/wire';

const GENERATION = 1;

/** A member with an identity of its own and no manners. */
export class Offender {
  readonly keys: SigningKeys = signingKeysOf(newSeed());
  readonly id: PeerId = peerIdOf(this.keys.publicKey);
  readonly generation: number = GENERATION;
  readonly network: string;
  readonly notary: Notary;

  constructor(network: string) {
    this.network = network;
    this.notary = new Notary(new Ed25519Signer(this.keys), network);
  }

  /** What it says of itself, signed. */
  record(fields: Partial<Omit<MemberRecord, 'signature'>> = {}, isLeaving = false): MemberRecord {
    const record = {
      generation: this.generation,
      incarnation: 0,
      addresses: [],
      metaVersion: 1,
      meta: metaOf('mallory'),
      ...fields,
    };
    return { ...record, signature: this.notary.signRecord(this.id, isLeaving, record) };
  }

  /** A batch with its own signature, whoever it says it is by. */
  batch(
    fields: Partial<Batch> & { readonly texts?: readonly string[]; readonly topic?: string },
  ): Uint8Array {
    const { texts = ['hello'], topic = 'room/lobby', ...rest } = fields;
    const time = { ms: Date.now(), counter: 0 };
    const records = texts.map((text) => ({ topic, payload: chatPayload(text), time }));
    const batch = {
      origin: this.id,
      generation: this.generation,
      firstSequence: 1,
      count: rest.records?.length ?? records.length,
      causes: [],
      records,
      ...rest,
    };
    return encodeBatch(batch, this.notary.signBatch).bytes.slice();
  }
}

/** A nick and nothing else. */
export function metaOf(nick: string): Uint8Array {
  return Buffer.from(JSON.stringify({ nick, tags: {} }), 'utf8');
}

/** A message of the chat program. */
export function chatPayload(text: string, nick = 'mallory'): Uint8Array {
  return Buffer.from(JSON.stringify({ v: 1, k: 'say', text, nick }), 'utf8');
}
