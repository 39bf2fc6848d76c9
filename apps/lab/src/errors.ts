/**
 * What the lab fails with, as opposed to a bug of its own.
 * - `timeout`: something expected was not observed in time.
 * - `child-ended`: a process ended that should have lived on.
 * - `bad-output`: a process printed what is not of its protocol.
 * - `refused`: a peer answered a command with an error.
 * - `usage`: an option makes no sense.
 */
export type LabErrorCode = 'timeout' | 'child-ended' | 'bad-output' | 'refused' | 'usage';

/** A failure that is told in one line and needs no stack. */
export class LabError extends Error {
  readonly code: LabErrorCode;

  constructor(code: LabErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'LabError';
    this.code = code;
  }
}
