import type { MemberUpdate } from '../membership/member.js';
import type { Self } from '../self.js';
import type { UnsignedRecord } from '../wire/member-record.js';
import type { Notary } from './notary.js';

/** What we say of ourselves: signed when it changes, not each time it is told. */
export class OwnRecord {
  readonly #self: Self;
  readonly #notary: Notary;
  #alive: MemberUpdate | undefined;

  constructor(self: Self, notary: Notary) {
    this.#self = self;
    this.#notary = notary;
  }

  alive(): MemberUpdate {
    const { incarnation, metaVersion, addresses } = this.#self;
    const known = this.#alive;
    const isCurrent =
      known?.incarnation === incarnation &&
      known.metaVersion === metaVersion &&
      known.addresses === addresses;
    this.#alive = isCurrent ? known : this.#sign('alive');
    return this.#alive;
  }

  /** Our last word in this generation. */
  left(): MemberUpdate {
    return this.#sign('left');
  }

  #sign(state: 'alive' | 'left'): MemberUpdate {
    const { id, generation, incarnation, addresses, metaVersion, meta } = this.#self;
    const record: UnsignedRecord = { generation, incarnation, addresses, metaVersion, meta };
    const signature = this.#notary.signRecord(id, state === 'left', record);
    return { peer: id, state, from: id, ...record, signature };
  }
}
