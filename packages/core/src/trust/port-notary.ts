import type { PeerId } from '../ids.js';
import type { Port } from '../wire/post.js';
import { Writer } from '../wire/writer.js';
import type { Signer } from './signer.js';
import { Statement } from './statement.js';

const PORT_DOMAIN = 'hearsay port 1';

/**
 * Signatures of the programs behind one port, for what they keep or pass on: the network and the
 * port are signed too, so they are worth nothing elsewhere.
 */
export class PortNotary {
  readonly #signer: Signer;
  readonly #statement: Statement;

  constructor(signer: Signer, network: string, port: Port) {
    this.#signer = signer;
    this.#statement = new Statement(new Writer().text(PORT_DOMAIN).text(network).varuint(port));
  }

  /** @returns our signature, `SIGNATURE_BYTES` long */
  sign(bytes: Uint8Array): Uint8Array {
    return this.#signer.sign(this.#statement.of(bytes));
  }

  /** Whether that peer signed these bytes, for this port of this network. */
  verify(peer: PeerId, bytes: Uint8Array, signature: Uint8Array): boolean {
    return this.#signer.verify(peer, this.#statement.of(bytes), signature);
  }
}
