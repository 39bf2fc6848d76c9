import { formatTable } from '../../output/table.js';
import type { FrameRates } from './frames.js';
import type { HandshakeRates } from './handshakes.js';
import type { MessageRates } from './messages.js';

export interface SecurityResults {
  readonly handshakes: HandshakeRates;
  readonly frames: readonly FrameRates[];
  readonly messages: readonly MessageRates[];
}

/** All rates as three tables for people. */
export function formatReport({ handshakes, frames, messages }: SecurityResults): string {
  const [title, right] = ['left', 'right'] as const;
  const columns = (...titles: string[]) =>
    titles.map((each, index) => ({ title: each, align: index === 0 ? title : right }));
  const shakes = formatTable(columns('in memory, one core', 'a second', 'one takes'), [
    rowOf('handshake, both sides', handshakes.handshakes),
    rowOf('stranger refused', handshakes.refusals),
  ]);
  const sealed = formatTable(
    columns('messages over a WebSocket', 'plain/s', 'sealed/s', 'sealed MB/s', 'kept'),
    frames.map(({ bytes, plain, sealed: withSeal }) => [
      `${count(bytes)} bytes`,
      count(plain),
      count(withSeal),
      ((withSeal * bytes) / 1_000_000).toFixed(0),
      share(withSeal, plain),
    ]),
  );
  const signed = formatTable(
    columns('messages of 100 bytes', 'unsigned/s', 'signed/s', 'kept'),
    messages.map(({ batch, unsigned, signed: withSignature }) => [
      `${count(batch)} a batch`,
      count(unsigned),
      count(withSignature),
      share(withSignature, unsigned),
    ]),
  );
  return [shakes, sealed, signed].join('\n\n');
}

function rowOf(what: string, rate: number): readonly string[] {
  return [what, count(rate), `${(1_000_000 / rate).toFixed(0)} µs`];
}

function count(value: number): string {
  return Math.round(value).toLocaleString('en');
}

function share(part: number, whole: number): string {
  return `${Math.round((part / whole) * 100)} %`;
}
