import type { StreamId } from '@hearsay/core';
import { type Reader, readStream, Writer, writeStream } from '@hearsay/core/wire';

/**
 * The stream that came last, and its bytes: nearly all entries of an answer or a snapshot are of one.
 * To read it again makes no new text, so that whoever looks it up need not hash or compare it.
 */
export class StreamMemory {
  #stream: StreamId | undefined;
  #bytes: Uint8Array = new Uint8Array(0);

  /** @throws HearsayError `malformed` */
  read(reader: Reader): StreamId {
    const known = this.#stream;
    if (known !== undefined && reader.passes(this.#bytes)) return known;
    const stream = readStream(reader);
    if (stream === known) return known;
    this.#remember(stream);
    return stream;
  }

  write(writer: Writer, stream: StreamId): void {
    if (stream !== this.#stream) this.#remember(stream);
    writer.raw(this.#bytes);
  }

  #remember(stream: StreamId): void {
    this.#stream = stream;
    this.#bytes = writeStream(new Writer(64), stream).finish();
  }
}
