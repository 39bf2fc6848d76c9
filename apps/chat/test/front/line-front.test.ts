import { describe, expect, it } from 'vitest';
import { LineFront } from '../../src/front/line-front.js';
import { member, memberEvent, peerMessage } from '../support/fake-peer.js';
import { settle, stage } from '../support/streams.js';

const program = { reader: 'program', commands: false } as const;
const person = { reader: 'person', commands: true } as const;

describe('plain mode', () => {
  it('sends stdin as it is, slashes too, and ends with it', async () => {
    const { peer, context, input, diagnostics, lines } = stage();
    const ending = new LineFront(context, program).run();
    input.write('/usr/bin/make: error\n\nsecond\n');
    input.end('last without newline');
    expect(await ending).toBe('input-ended');
    expect(peer.published.map(({ payload }) => JSON.parse(payload).text)).toEqual([
      '/usr/bin/make: error',
      'second',
      'last without newline',
    ]);
    expect(diagnostics).toEqual(['ana@7340  room lobby  alone, looking on this machine.']);
    expect(lines()).toEqual([]);
  });

  it('writes what others say and do to stdout, and nothing else', async () => {
    const { peer, context, input, diagnostics, lines } = stage();
    const front = new LineFront(context, program);
    const ending = front.run();
    const bob = member({ state: 'suspect' });
    peer.meet(bob);
    context.session.refreshNames();
    peer.emit('message', peerMessage({ text: 'hello' }));
    peer.emit('member', memberEvent(bob, { was: 'alive', reason: 'link-lost', silentMs: 800 }));
    peer.emit('stalled', { ms: 900 });
    input.end();
    await ending;
    front.stop();
    front.farewell({ line: 'left after 1s', onlyHere: 0, heldBy: 0, events: 0, ranMs: 1 });
    expect(lines().map((line) => line.slice(9))).toEqual([
      '#lobby <bob> hello',
      '-- bob suspect 0.8s',
    ]);
    expect(diagnostics.map((line) => line.replace(/^[\d:]{8} /, '')).slice(1)).toEqual([
      '-- this program did not run for 0.9s; no verdicts for a moment',
      'left after 1s',
    ]);
  });

  it('refuses bad lines in one line each, and sends the others', async () => {
    const { peer, context, input, diagnostics } = stage();
    const ending = new LineFront(context, program).run();
    input.write(Buffer.from([0x61, 0xff, 0x0a]));
    input.write(`${'x'.repeat(40_000)}\n`);
    input.end('good\n');
    await ending;
    expect(diagnostics.slice(1)).toEqual([
      'line 1 is not valid UTF-8 (2 bytes): not sent',
      'line too long (40000 bytes, limit 32768): not sent',
    ]);
    expect(peer.published).toHaveLength(1);
  });
});

describe('simple mode', () => {
  it('answers commands and shows own messages, with no escape sequence', async () => {
    const { peer, context, input, written, lines } = stage();
    const front = new LineFront(context, person);
    const ending = front.run();
    input.write('hi\n/who\n/quit\n');
    expect(await ending).toBe('asked');
    front.stop();
    expect(peer.published).toHaveLength(1);
    expect(
      lines()
        .slice(2)
        .map((line) => line.replace(/^[\d:]{8} /, '')),
    ).toEqual(['ana  hi  ○', 'alive: ana (you)']);
    expect(written()).not.toContain('\u001b');
    await settle();
  });

  it('asks again on Ctrl-C, and leaves on Ctrl-D', async () => {
    const { context, input, diagnostics } = stage();
    const front = new LineFront(context, person);
    const ending = front.run();
    expect(front.interrupt()).toBe(true);
    expect(diagnostics).toEqual(['-- Ctrl-C again to leave']);
    expect(front.interrupt()).toBe(false);
    expect(new LineFront(stage().context, program).interrupt()).toBe(false);
    input.end();
    expect(await ending).toBe('asked');
    front.stop();
  });
});
