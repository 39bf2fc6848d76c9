import { describe, expect, it } from 'vitest';
import { TerminalFront } from '../../src/front/terminal-front.js';
import { peerMessage } from '../support/fake-peer.js';
import { type Stage, settle, stage } from '../support/streams.js';

function running(): Stage & {
  front: TerminalFront;
  ending: Promise<string>;
  type: (keys: string) => Promise<void>;
} {
  const staged = stage();
  const front = new TerminalFront(staged.context);
  const ending = front.run();
  const type = async (keys: string): Promise<void> => {
    staged.input.write(keys);
    await settle();
  };
  return { ...staged, front, ending, type };
}

const texts = (peer: Stage['peer']): string[] =>
  peer.published.map(({ payload }) => JSON.parse(payload).text);

describe('the terminal', () => {
  it('begins with who we are, and asks for pastes to be marked', () => {
    const { front, lines, written } = running();
    expect(lines()[0]).toBe('ana@7340  room lobby  alone, looking on this machine.');
    expect(written()).toContain('\u001b[?2004h');
    expect(written()).toContain('#lobby> ');
    front.stop();
    expect(written().endsWith('\u001b[?2004l')).toBe(true);
  });

  it('sends a line, and a paste of several lines as one message', async () => {
    const { peer, front, type } = running();
    await type('hello\r');
    await type('\u001b[200~one\rtwo\n\tthree\n\u001b[201~');
    expect(texts(peer)).toEqual(['hello']);
    await type(' four\r');
    expect(texts(peer)[1]).toBe('one\ntwo\n    three four');
    await type('a\u001b\rb\r');
    expect(texts(peer)[2]).toBe('a\nb');
    front.stop();
  });

  it('keeps the line being typed when something is printed', async () => {
    const { peer, front, written, type } = running();
    await type('half a li');
    peer.emit('message', peerMessage({ text: 'interruption' }));
    await settle();
    expect(written()).toMatch(/interruption\n.*#lobby> half a li/s);
    await type('ne\r');
    expect(texts(peer)).toEqual(['half a line']);
    front.stop();
  });

  it('edits in the middle of a line', async () => {
    const { peer, front, type } = running();
    await type('abcdef\u001b[D\u001b[D\u001b[DXY\r');
    expect(texts(peer)).toEqual(['abcXYdef']);
    front.stop();
  });

  it('clears the line on Ctrl-C, then asks, then leaves', async () => {
    const { peer, front, ending, written, type } = running();
    await type('draft\u0003');
    expect(written()).not.toContain('again to leave');
    await type('\u0003');
    expect(written()).toContain('-- Ctrl-C again to leave');
    await type('\u0003');
    expect(await ending).toBe('asked');
    expect(texts(peer)).toEqual([]);
    front.stop();
  });

  it('leaves on Ctrl-D on an empty line', async () => {
    const { front, ending, type } = running();
    await type('\u0004');
    expect(await ending).toBe('asked');
    front.stop();
  });

  it('leaves when the terminal goes away', async () => {
    const { front, ending, input } = running();
    input.end();
    expect(await ending).toBe('asked');
    front.stop();
  });

  it('rings for a mention', () => {
    const { peer, front, written } = running();
    peer.emit('message', peerMessage({ text: 'hi all' }));
    expect(written()).not.toContain('\u0007');
    peer.emit('message', peerMessage({ text: 'ana: look' }));
    expect(written()).toContain('\u0007');
    front.stop();
  });

  it('lets nothing of others reach the terminal as it is', async () => {
    const { peer, front, written } = running();
    peer.emit(
      'message',
      peerMessage({ text: 'x\u001b]0;title\u0007y\u001b[2Jz\u009b1m', nick: 'b\u001b[5mob' }),
    );
    await settle();
    expect(written()).toContain('xyz');
    expect(written()).not.toContain('\u001b]0');
    expect(written()).not.toContain('\u001b[2J');
    front.stop();
  });
});
