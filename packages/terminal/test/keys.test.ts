import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KeyDecoder } from '../src/keys/key-decoder.js';
import { type InputEvent, parseKey } from '../src/keys/key-event.js';

const bytes = (text: string): Uint8Array => Buffer.from(text, 'utf8');

function decode(...chunks: readonly Uint8Array[]): InputEvent[] {
  const decoder = new KeyDecoder(1_000);
  const events = chunks.flatMap((chunk) => decoder.push(chunk));
  return decoder.pending ? [...events, ...decoder.flush()] : events;
}

describe('a key', () => {
  it.each([
    ['\r', 'enter'],
    ['\n', 'ctrl-j'],
    ['\t', 'tab'],
    ['\u001b[Z', 'shift-tab'],
    ['\u007f', 'backspace'],
    ['\b', 'backspace'],
    ['\u0000', 'ctrl-space'],
    ['\u0001', 'ctrl-a'],
    ['\u001a', 'ctrl-z'],
    ['\u001f', 'ctrl-_'],
    ['\u001b', 'escape'],
    ['\u001b\r', 'alt-enter'],
    ['\u001b\u007f', 'alt-backspace'],
    ['\u001bm', 'alt-m'],
    ['\u001bM', 'alt-shift-m'],
    ['\u001b1', 'alt-1'],
    ['\u001bé', 'alt-é'],
    ['\u001b\u0002', 'ctrl-alt-b'],
    ['\u001b[A', 'up'],
    ['\u001bOA', 'up'],
    ['\u001b\u001b[A', 'alt-up'],
    ['\u001b[1;3D', 'alt-left'],
    ['\u001b[1;5C', 'ctrl-right'],
    ['\u001b[1;6H', 'ctrl-shift-home'],
    ['\u001b[5~', 'pageup'],
    ['\u001b[6;2~', 'shift-pagedown'],
    ['\u001bOP', 'f1'],
    ['\u001b[11~', 'f1'],
    ['\u001b[[A', 'f1'],
    ['\u001bOQ', 'f2'],
    ['\u001b[12~', 'f2'],
    ['\u001b[24~', 'f12'],
    ['\u001b[13;3u', 'alt-enter'],
    ['\u001b[13;2u', 'shift-enter'],
    ['\u001b[109;3u', 'alt-m'],
    ['\u001b[99;5u', 'ctrl-c'],
    ['\u001b[97:65;6u', 'ctrl-shift-a'],
    ['\u001b[27;5;9~', 'ctrl-tab'],
    ['\u001b[127;3u', 'alt-backspace'],
  ])('sent as %j is %s', (text, key) => {
    expect(decode(bytes(text))).toEqual([{ kind: 'key', key }]);
  });

  it.each([
    ['an answer about attributes', '\u001b[?62;22c'],
    ['an answer about modes', '\u001b[?2026;2$y'],
    ['the colour of the background', '\u001b]11;rgb:0000/0000/0000\u0007'],
    ['a device string', '\u001bP1$r0m\u001b\\'],
    ['a released key', '\u001b[97;1:3u'],
    ['a lone Shift', '\u001b[57441;2u'],
    ['a control character of the second set', '\u0085'],
  ])('is not %s', (_what, text) => {
    expect(decode(bytes(text))).toEqual([]);
    expect(decode(bytes(`${text}a`))).toEqual([{ kind: 'text', text: 'a' }]);
  });

  it('may be told from a long-winded nothing: a sequence is bounded', () => {
    const decoder = new KeyDecoder();
    for (let count = 0; count < 1_000; count += 1) decoder.push(bytes(`\u001b[${'1;'.repeat(50)}`));
    expect(decoder.push(bytes('\r')).at(-1)).toEqual({ kind: 'key', key: 'enter' });
  });
});

describe('text', () => {
  it('comes as it was typed, with keys in between', () => {
    expect(decode(bytes('hi 長\rx'))).toEqual([
      { kind: 'text', text: 'hi 長' },
      { kind: 'key', key: 'enter' },
      { kind: 'text', text: 'x' },
    ]);
  });

  it('of kitty is text when no modifier makes it a key', () => {
    expect(decode(bytes('\u001b[97u\u001b[97;2u'))).toEqual([
      { kind: 'text', text: 'a' },
      { kind: 'text', text: 'A' },
    ]);
  });
});

describe('focus', () => {
  it('comes and goes', () => {
    expect(decode(bytes('\u001b[I\u001b[O'))).toEqual([
      { kind: 'focus', focused: true },
      { kind: 'focus', focused: false },
    ]);
  });
});

describe('a paste', () => {
  it('is one event, whatever is in it', () => {
    const text = `line\n${'more\n'.repeat(99)}`;
    expect(decode(bytes(`\u001b[200~${text}\u001b[201~\r`))).toEqual([
      { kind: 'paste', text },
      { kind: 'key', key: 'enter' },
    ]);
  });

  it('that is too long is dropped and told', () => {
    expect(decode(bytes(`\u001b[200~${'x'.repeat(2_000)}\u001b[201~`))).toEqual([
      { kind: 'paste-too-long', chars: 2_000 },
    ]);
  });
});

it('what is sent may be cut anywhere, inside characters and sequences', () => {
  const piece = fc.constantFrom(
    'a',
    'é',
    '長',
    '👋',
    '\r',
    '\t',
    '\u007f',
    '\u001b[A',
    '\u001bOQ',
    '\u001b[1;5C',
    '\u001b[200~p\u001b[Aq\u001b[201~',
    '\u001bm',
    '\u001b\r',
    '\u001b[109;3u',
  );
  const cuts = fc.array(fc.nat(200), { maxLength: 6 });
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), cuts, (pieces, at) => {
      const whole = bytes(pieces.join(''));
      const places = [0, ...at.map((cut) => Math.min(cut, whole.length)), whole.length];
      places.sort((left, right) => left - right);
      const chunks = places.slice(1).map((end, index) => whole.subarray(places[index] ?? 0, end));
      expect(joined(decode(...chunks))).toEqual(joined(decode(whole)));
    }),
  );
});

/** Neighbouring text is one text, wherever it was cut. */
function joined(events: readonly InputEvent[]): InputEvent[] {
  const all: InputEvent[] = [];
  for (const event of events) {
    const last = all.at(-1);
    if (event.kind === 'text' && last?.kind === 'text') {
      all[all.length - 1] = { kind: 'text', text: last.text + event.text };
    } else all.push(event);
  }
  return all;
}

describe('a key that a person writes', () => {
  it.each([
    ['Alt-M', 'alt-m'],
    ['ctrl+n', 'ctrl-n'],
    ['F2', 'f2'],
    ['PageUp', 'pageup'],
    ['shift-tab', 'shift-tab'],
    ['alt--', 'alt--'],
  ])('as %s is %s', (text, key) => {
    expect(parseKey(text)).toBe(key);
  });

  it.each(['', 'm', 'shift-m', 'alt', 'hyper-m', 'f13', 'ctrl-mm'])('is not %j', (text) => {
    expect(parseKey(text)).toBeUndefined();
  });
});
