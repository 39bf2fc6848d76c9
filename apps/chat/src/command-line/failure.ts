/** What a process ends with. */
export const EXIT = {
  ok: 0,
  /** A fault of the program or of the machine. */
  failed: 1,
  /** The person asked for something that cannot be: wrong option, busy port, profile in use. */
  usage: 2,
  /** No peer was found in time. */
  noPeer: 3,
  /** Peers were found, and not in sync, or not holding the message, in time. */
  notInSync: 4,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** A mistake to tell in one line, without a stack. */
export class Failure extends Error {
  readonly exitCode: ExitCode;

  constructor(message: string, exitCode: ExitCode = EXIT.usage) {
    super(message);
    this.name = 'Failure';
    this.exitCode = exitCode;
  }
}

/** Codes of `PeerError` that a person can do something about. */
const USAGE_CODES: ReadonlySet<string> = new Set([
  'bad-nick',
  'bad-network',
  'bad-invite',
  'no-such-network',
  'bad-port',
  'bad-address',
  'bad-option',
  'port-busy',
  'cannot-listen',
  'profile-in-use',
  'profile-damaged',
  'profile-unwritable',
  'network-damaged',
  'network-unwritable',
  'unknown-key',
  'key-in-use',
  'too-many-keys',
]);

/** The stable code of an error from a peer or from the system. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error) || !('code' in error)) return '';
  return typeof error.code === 'string' ? error.code : '';
}

/** True for an error that a peer throws on purpose; its message is one line fit to be shown. */
export function isPeerError(error: unknown): error is Error & { readonly code: string } {
  return error instanceof Error && error.name === 'PeerError' && codeOf(error) !== '';
}

/** An error as the last line of a program, and its exit code. */
export function describeFailure(error: unknown): { line: string; exitCode: ExitCode } {
  if (error instanceof Failure) return { line: error.message, exitCode: error.exitCode };
  const message = error instanceof Error ? error.message : String(error);
  if (isPeerError(error)) {
    const exitCode = USAGE_CODES.has(error.code) ? EXIT.usage : EXIT.failed;
    return { line: message, exitCode };
  }
  return { line: `unexpected: ${message} (HEARSAY_DEBUG=1 shows where)`, exitCode: EXIT.failed };
}
