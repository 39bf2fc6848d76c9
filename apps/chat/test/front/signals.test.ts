import { themeFor } from '@hearsay/terminal';
import { expect, it, vi } from 'vitest';
import type { Front, FrontContext } from '../../src/front/front.js';
import { FullFront } from '../../src/front/full-front.js';
import { LineFront } from '../../src/front/line-front.js';
import { TerminalFront } from '../../src/front/terminal-front.js';
import { encodeSignal } from '../../src/signals/signal.js';
import { Signals } from '../../src/signals/signals.js';
import { idOf, member, memberEvent } from '../support/fake-peer.js';
import { type Stage, settle, stage } from '../support/streams.js';

const BOB = member({ id: idOf('b'), nick: 'bob' });
const CY = member({ id: idOf('c'), nick: 'cy' });
const theme = themeFor({ name: 'dark', colour: false });

/** A front end whose peer knows bob and cy, and hears signals. */
function running(open: (context: FrontContext) => Front): Stage & { readonly front: Front } {
  const staged = stage();
  const { peer } = staged;
  Object.assign(staged.context.output, { columns: 100, rows: 30 });
  peer.meet(BOB, CY);
  const context = { ...staged.context, signals: new Signals({ peer, typing: true }) };
  context.session.refreshNames();
  const front = open(context);
  void front.run();
  return { ...staged, context, front };
}

it.each<[string, (context: FrontContext) => Front]>([
  ['the whole screen', (context) => new FullFront(context, { theme, meshOnly: false })],
  ['a line below the chat', (context) => new TerminalFront(context)],
  ['lines', (context) => new LineFront(context, { reader: 'person', commands: true })],
])('%s tells who else noticed a death', async (_what, open) => {
  const { peer, front, written } = running(open);
  await settle();
  peer.others = [BOB, { ...CY, state: 'dead' }];
  peer.emit('member', memberEvent({ ...CY, state: 'dead' }, { was: 'suspect', reason: 'refused' }));
  const dead = { kind: 'verdict', peer: CY.id, generation: CY.generation, state: 'dead' } as const;
  peer.received(BOB.id, encodeSignal(dead));
  // Who of the two was first is left to the clock.
  const told = /cy dead to all 2: (we first, bob|bob first, we) \+/;
  await vi.waitFor(() => expect(written()).toMatch(told), { timeout: 10_000 });
  front.stop();
});

it('the whole screen shows who types, and tells that we do', async () => {
  const { peer, front, input, written } = running(
    (context) => new FullFront(context, { theme, meshOnly: false }),
  );
  await settle();
  const typing = { kind: 'typing', where: { kind: 'room', room: 'lobby' } } as const;
  peer.received(BOB.id, encodeSignal(typing));
  await vi.waitFor(() => expect(written()).toContain('bob is typing'), { timeout: 10_000 });
  input.write('h');
  await vi.waitFor(() => expect(peer.posted.at(-1)?.text).toContain('"typing"'), {
    timeout: 10_000,
  });
  front.stop();
});
