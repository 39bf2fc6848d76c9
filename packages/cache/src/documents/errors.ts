/**
 * Every way an operation on documents can be refused. None of them changes any state.
 *
 * - `bad-key`: not 1 to 512 bytes of UTF-8.
 * - `too-many-documents`: `documentsMax` are known, or `documentsLoadedMax` are in use.
 * - `disk-failed`: a document cannot be read or written; the message names the file.
 * - `closed`: the documents were closed.
 */
export type DocumentErrorCode = 'bad-key' | 'too-many-documents' | 'disk-failed' | 'closed';

/** An operating error with a stable code; `message` is one line fit to be shown. */
export class DocumentError extends Error {
  readonly code: DocumentErrorCode;

  constructor(code: DocumentErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'DocumentError';
    this.code = code;
  }
}
