import { invariant } from '../errors.js';
import type { PeerId } from '../ids.js';
import { SIGNATURE_BYTES } from '../limits.js';
import { type MemberRecord, recordStatement, type UnsignedRecord } from '../wire/member-record.js';
import { Writer } from '../wire/writer.js';
import type { Signer } from './signer.js';

/** What is signed says what it is, so that no statement can be taken for another. */
const BATCH_DOMAIN = 'hearsay batch 1';
const MEMBER_DOMAIN = 'hearsay member 1';

/** Statements under one heading: a domain, the network, then the bytes themselves. */
class Statement {
  readonly #headingBytes: number;
  /** Heading and body side by side, used again for each statement: signers take one piece. */
  #scratch: Uint8Array;

  constructor(domain: string, network: string) {
    this.#scratch = new Writer().text(domain).text(network).finish();
    this.#headingBytes = this.#scratch.length;
  }

  /** The bytes to sign, valid until the next call. */
  of(body: Uint8Array): Uint8Array {
    const length = this.#headingBytes + body.length;
    if (length > this.#scratch.length) {
      const larger = new Uint8Array(Math.max(length, 2 * this.#scratch.length));
      larger.set(this.#scratch.subarray(0, this.#headingBytes));
      this.#scratch = larger;
    }
    this.#scratch.set(body, this.#headingBytes);
    return this.#scratch.subarray(0, length);
  }
}

/** Signs what we say, and checks what others said, for one network: elsewhere it is worth nothing. */
export class Notary {
  readonly #signer: Signer;
  readonly #batch: Statement;
  readonly #member: Statement;

  constructor(signer: Signer, network: string) {
    this.#signer = signer;
    this.#batch = new Statement(BATCH_DOMAIN, network);
    this.#member = new Statement(MEMBER_DOMAIN, network);
  }

  /** Our signature under a batch. @param body all of it but the signature */
  readonly signBatch = (body: Uint8Array): Uint8Array => this.#sign(this.#batch.of(body));

  /** Whether a batch, which ends with its signature, is by its origin. */
  readonly isBatchBy = (origin: PeerId, bytes: Uint8Array): boolean => {
    const end = bytes.length - SIGNATURE_BYTES;
    const statement = this.#batch.of(bytes.subarray(0, end));
    return this.#signer.verify(origin, statement, bytes.subarray(end));
  };

  /** Our signature under what we say of ourselves. */
  signRecord(peer: PeerId, isLeaving: boolean, record: UnsignedRecord): Uint8Array {
    return this.#sign(this.#member.of(recordStatement(peer, isLeaving, record)));
  }

  /** Whether a record is the word of its member. */
  isRecordBy(peer: PeerId, isLeaving: boolean, record: MemberRecord): boolean {
    const statement = this.#member.of(recordStatement(peer, isLeaving, record));
    return this.#signer.verify(peer, statement, record.signature);
  }

  #sign(statement: Uint8Array): Uint8Array {
    const signature = this.#signer.sign(statement);
    invariant(signature.length === SIGNATURE_BYTES, 'a signature has its fixed size');
    return signature;
  }
}
