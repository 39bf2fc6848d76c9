import { expect, it } from 'vitest';
import { checkLogs, type ProblemKind } from '../src/check/checker.js';
import type { Delivery, PeerLog } from '../src/check/delivery.js';

function delivery(
  id: string,
  clock: Record<string, number> = {},
  text = `text of ${id}`,
): Delivery {
  const [stream = '', sequence = ''] = id.split(':');
  return {
    id,
    stream,
    sequence: Number(sequence),
    room: 'lobby',
    author: stream,
    text,
    clock: new Map(Object.entries(clock)),
  };
}

function log(peer: string, deliveries: readonly Delivery[], rest: Partial<PeerLog> = {}): PeerLog {
  return { peer, deliveries, live: true, hash: '9c21d0e4', ...rest };
}

const question = delivery('a:1');
const answer = delivery('b:1', { a: 1 });
const thanks = delivery('a:2', { a: 1, b: 1 });
const aside = delivery('c:1');

function kinds(logs: readonly PeerLog[], said: readonly string[] = []): ProblemKind[] {
  return checkLogs(logs, said).problems.map(({ kind }) => kind);
}

it('accepts logs that differ only in the order of concurrent messages', () => {
  const verdict = checkLogs(
    [
      log('a', [question, aside, answer, thanks]),
      log('b', [question, answer, thanks, aside]),
      log('c', [aside, question, answer, thanks]),
    ],
    ['a:1', 'b:1', 'a:2', 'c:1'],
  );
  expect(verdict).toEqual({
    ok: true,
    peers: 3,
    messages: 4,
    deliveries: 12,
    hash: '9c21d0e4',
    problems: [],
  });
});

it('finds a message shown twice', () => {
  expect(kinds([log('a', [question, answer]), log('b', [question, answer, question])])).toEqual([
    'duplicate',
  ]);
});

it('finds a stream out of order', () => {
  const [first, second] = [delivery('a:1'), delivery('a:2')];
  expect(kinds([log('a', [first, second]), log('b', [second, first])])).toEqual(['order']);
});

it('finds an answer before its question', () => {
  const verdict = checkLogs([log('a', [question, answer]), log('b', [answer, question])]);
  expect(verdict.ok).toBe(false);
  expect(verdict.problems).toEqual([
    { kind: 'cause', peer: 'b', text: 'shows b:1 before a:1, which its author had' },
  ]);
});

it('finds a cause missing through a third peer', () => {
  // c never shows the question, only what came of it.
  const logs = [log('a', [question, answer]), log('c', [answer])];
  expect(kinds(logs)).toEqual(['cause', 'missing']);
});

it('asks for no cause that nobody ever showed', () => {
  // Other rooms and streams from before the logs began count in clocks too.
  const late = delivery('b:9', { a: 1, elsewhere: 40, b: 8 });
  expect(kinds([log('a', [question, late]), log('b', [question, late])])).toEqual([]);
});

it('finds a message that one live peer lacks', () => {
  expect(kinds([log('a', [question, answer, aside]), log('b', [question, answer])])).toEqual([
    'missing',
  ]);
});

it('asks a killed peer for order, not for everything', () => {
  const dead = { live: false, hash: undefined };
  expect(kinds([log('a', [question, answer]), log('b', [question], dead)])).toEqual([]);
  expect(kinds([log('a', [question, answer]), log('b', [answer], dead)])).toEqual(['cause']);
});

it('finds what was accepted and is nowhere', () => {
  expect(kinds([log('a', [question]), log('b', [question])], ['a:1', 'b:7'])).toEqual([
    'lost',
    'lost',
  ]);
});

it('finds one message with two contents', () => {
  const forged = delivery('a:1', {}, 'something else');
  const withOtherCauses = delivery('a:1', { b: 3 });
  expect(kinds([log('a', [question]), log('b', [forged])])).toEqual(['content']);
  expect(kinds([log('a', [question]), log('b', [withOtherCauses])])).toEqual(['content']);
});

it('takes an acknowledged own message for a cause, not for an effect', () => {
  const acknowledged = { ...answer, clock: undefined };
  const other = log('a', [question, answer, thanks]);
  expect(kinds([other, log('b', [acknowledged, question, thanks])])).toEqual([]);
  expect(kinds([other, log('b', [question, thanks, acknowledged])])).toEqual(['cause']);
});

it('finds different, and untold, state hashes', () => {
  expect(kinds([log('a', [aside]), log('b', [aside], { hash: '00000000' })])).toEqual([
    'hash',
    'hash',
  ]);
  const untold = [aside].map((message) => log('a', [message], { hash: undefined }));
  expect(kinds(untold)).toEqual(['hash']);
});

it('does not take silence for agreement', () => {
  expect(kinds([log('a', []), log('b', [])])).toEqual(['empty', 'empty']);
});
