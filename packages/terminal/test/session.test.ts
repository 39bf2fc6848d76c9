import { PassThrough } from 'node:stream';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { TerminalSession, type TerminalStreams } from '../src/session/terminal-session.js';

const TAKEN = '\u001b[?1049h';
const GIVEN_BACK = '\u001b[?1049l';

/** The two streams of a terminal that is not there. */
function streams(): TerminalStreams & { readonly written: string[]; readonly raw: boolean[] } {
  const written: string[] = [];
  const raw: boolean[] = [];
  const input = Object.assign(new PassThrough(), {
    isTTY: true,
    setRawMode: (on: boolean) => raw.push(on),
  });
  const output = { write: (text: string) => written.push(text) > 0 };
  // Only what a session touches is there.
  return {
    input: input as unknown as NodeJS.ReadStream,
    output: output as unknown as NodeJS.WriteStream,
    written,
    raw,
  };
}

let session: TerminalSession | undefined;

afterEach(() => {
  session?.release();
  vi.restoreAllMocks();
});

function take(terminal: TerminalStreams): TerminalSession {
  session = new TerminalSession(terminal);
  session.take();
  return session;
}

describe('a terminal', () => {
  it('is taken once and given back once', () => {
    const terminal = streams();
    const held = take(terminal);
    held.take();
    held.release();
    held.release();
    expect(terminal.raw).toEqual([true, false]);
    expect(terminal.written.join('').split(TAKEN)).toHaveLength(2);
    expect(terminal.written.join('').split(GIVEN_BACK)).toHaveLength(2);
    expect(terminal.written.join('')).toContain('\u001b[?25h');
    expect(terminal.written.join('')).toContain('\u001b[?2004l');
  });

  it('is given back when the process ends, also by an error', () => {
    const terminal = streams();
    take(terminal);
    process.listeners('exit').at(-1)?.(1);
    expect(terminal.written.join('')).toContain(GIVEN_BACK);
  });

  it.each(['SIGTERM', 'SIGHUP', 'SIGINT'] as const)(
    'is given back before %s does what it would have done',
    (signal) => {
      const kill = vi.spyOn(process, 'kill').mockReturnValue(true);
      const others = process.listeners(signal);
      process.removeAllListeners(signal);
      const terminal = streams();
      take(terminal);
      process.emit(signal, signal);
      for (const other of others) process.on(signal, other);
      expect(terminal.written.join('')).toContain(GIVEN_BACK);
      expect(kill).toHaveBeenCalledWith(process.pid, signal);
    },
  );

  it('stays taken when somebody else decides about a signal', () => {
    const decide = vi.fn();
    process.on('SIGTERM', decide);
    const terminal = streams();
    take(terminal);
    process.emit('SIGTERM', 'SIGTERM');
    process.off('SIGTERM', decide);
    expect(decide).toHaveBeenCalled();
    expect(terminal.written.join('')).not.toContain(GIVEN_BACK);
  });

  it('that is gone is no error', () => {
    const terminal = streams();
    const held = take(terminal);
    terminal.output.write = () => {
      throw new Error('EIO');
    };
    expect(() => held.release()).not.toThrow();
  });

  it('leaves no listener behind', () => {
    const count = (): number =>
      ['exit', 'SIGINT', 'SIGTERM', 'SIGHUP'].reduce(
        (sum, name) => sum + process.listenerCount(name),
        0,
      );
    const before = count();
    take(streams()).release();
    expect(count()).toBe(before);
  });
});
