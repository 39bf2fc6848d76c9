import { invariant } from '../errors.js';
import type { PeerId } from '../ids.js';
import { SIGNATURE_BYTES } from '../limits.js';
import { type MemberRecord, recordStatement, type UnsignedRecord } from '../wire/member-record.js';
import { Writer } from '../wire/writer.js';
import type { Signer } from './signer.js';
import { Statement } from './statement.js';

/** What is signed says what it is, so that no statement can be taken for another. */
const BATCH_DOMAIN = 'hearsay batch 1';
const MEMBER_DOMAIN = 'hearsay member 1';

/** Signs what we say, and checks what others said, for one network: elsewhere it is worth nothing. */
export class Notary {
  readonly #signer: Signer;
  readonly #batch: Statement;
  readonly #member: Statement;

  constructor(signer: Signer, network: string) {
    this.#signer = signer;
    this.#batch = new Statement(new Writer().text(BATCH_DOMAIN).text(network));
    this.#member = new Statement(new Writer().text(MEMBER_DOMAIN).text(network));
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
