import { PassThrough, Writable } from 'node:stream';
import { ChatSession } from '../../src/chat/session.js';
import type { FrontContext } from '../../src/front/front.js';
import { BoundedOutput } from '../../src/output/bounded-output.js';
import { DEFAULT_KEYS } from '../../src/screen/model/keys.js';
import { NO_PAINT, UNICODE_GLYPHS } from '../../src/text/look.js';
import { FakePeer, SELF } from './fake-peer.js';

/** A front end's surroundings without a terminal or a network. */
export interface Stage {
  readonly peer: FakePeer;
  readonly context: FrontContext;
  readonly input: PassThrough;
  /** What came out on stdout, as lines. */
  lines(): string[];
  /** The same, as it was written. */
  written(): string;
  readonly diagnostics: string[];
}

export function stage(changes: Partial<FrontContext> = {}): Stage {
  const peer = new FakePeer();
  const input = new PassThrough();
  let written = '';
  const output = new Writable({
    write(chunk: Buffer, _encoding, done) {
      written += chunk.toString();
      done();
    },
  });
  const diagnostics: string[] = [];
  const context: FrontContext = {
    session: new ChatSession(peer, 'lobby'),
    start: {
      nick: 'ana',
      port: 7_340,
      generation: 1,
      room: 'lobby',
      network: 'local',
      arrival: 'known',
      anyPort: true,
      lan: false,
      discover: true,
      join: [],
      lanAddresses: [],
    },
    invite: () => undefined,
    look: { paint: NO_PAINT, glyphs: UNICODE_GLYPHS, columns: undefined, nickColumns: 0 },
    // Streams with the few terminal members that front ends use.
    input: Object.assign(input, {
      isTTY: false,
      fd: 0,
      setRawMode: () => input,
    }) as unknown as NodeJS.ReadStream,
    output: Object.assign(output, {
      isTTY: true,
      fd: 1,
      columns: 80,
      rows: 24,
    }) as unknown as NodeJS.WriteStream,
    data: new BoundedOutput({ stream: output, bytesMax: 1_000_000, describeDropped: String }),
    diagnose: (line) => diagnostics.push(line),
    historyMax: undefined,
    drillsAllowed: true,
    warnings: [],
    bell: true,
    keys: DEFAULT_KEYS,
    ...changes,
  };
  return {
    peer,
    context,
    input,
    lines: () => written.split('\n').slice(0, -1),
    written: () => written,
    diagnostics,
  };
}

export { SELF };

/** Lets streams and promises do what they are about to do. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 50));
}
