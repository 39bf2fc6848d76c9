import { themeFor } from '@hearsay/terminal';
import xterm from '@xterm/headless';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { FullFront } from '../../src/front/full-front.js';
import { idOf, member, memberEvent, peerMessage, SELF } from '../support/fake-peer.js';
import { type Stage, settle, stage } from '../support/streams.js';

interface Running extends Stage {
  readonly ending: Promise<string>;
  type(keys: string): Promise<void>;
  /** What a person sees. */
  screen(): Promise<string>;
  /** Waits until a person sees this. */
  sees(part: string | RegExp): Promise<void>;
}

/** Only a failure takes this long. */
const PATIENCE = { timeout: 10_000, interval: 20 };
const COLUMNS = 100;
const ROWS = 30;
let front: FullFront | undefined;

afterEach(() => front?.stop());

function running(prepare: (stage: Stage) => void = () => undefined): Running {
  const staged = stage();
  Object.assign(staged.context.output, { columns: COLUMNS, rows: ROWS });
  prepare(staged);
  staged.context.session.refreshNames();
  const opened = new FullFront(staged.context, {
    theme: themeFor({ name: 'dark', colour: true }),
    meshOnly: false,
  });
  front = opened;
  const ending = opened.run();
  return {
    ...staged,
    ending,
    type: async (keys) => {
      staged.input.write(keys);
      await settle();
    },
    screen,
    sees: (part) =>
      vi.waitFor(async () => {
        const shown = await screen();
        if (typeof part === 'string') expect(shown).toContain(part);
        else expect(shown).toMatch(part);
      }, PATIENCE),
  };

  async function screen(): Promise<string> {
    await settle();
    const terminal = new xterm.Terminal({ cols: COLUMNS, rows: ROWS, allowProposedApi: true });
    await new Promise<void>((resolve) => terminal.write(staged.written(), resolve));
    const { active } = terminal.buffer;
    return Array.from(
      { length: ROWS },
      (_none, row) => active.getLine(row)?.translateToString(true) ?? '',
    ).join('\n');
  }
}

const texts = (peer: Stage['peer']): string[] =>
  peer.published.map(({ payload }) => JSON.parse(payload).text);

describe('the full screen', () => {
  it('says who we are and that nobody is there yet', async () => {
    const { sees } = running();
    await sees('ana@7340  room lobby  alone, looking on this');
    await sees('○ alone: 0 live peers, 0 messages waiting');
  });

  it('sends what is typed, and shows it with who holds it, as that changes', async () => {
    const { peer, type, sees } = running(({ peer }) => peer.meet(member()));
    await type('hello\r');
    expect(texts(peer)).toEqual(['hello']);
    await sees(/ana {2}hello +○ │/);
    peer.holding = { held: 1, live: 1 };
    peer.emit('sync', { live: 1, inSync: 1 });
    await sees(/ana {2}hello +✓ │/);
  });

  it('sends a paste of 100 lines as one message', async () => {
    const { peer, type } = running();
    const text = Array.from({ length: 100 }, (_none, index) => `line ${index}`).join('\n');
    await type(`\u001b[200~${text.replaceAll('\n', '\r')}\u001b[201~\r`);
    expect(texts(peer)).toEqual([text]);
  });

  it('shows what others say, whoever dies, and rings for a mention', async () => {
    const { peer, screen, written } = running(({ peer }) => peer.meet(member()));
    peer.emit('message', peerMessage({ text: 'hi all' }));
    expect(written()).not.toContain('\u0007');
    peer.emit('message', peerMessage({ text: 'ana: look', sequence: 2 }));
    expect(written()).toContain('\u0007');
    peer.others = [member({ state: 'dead', stateForMs: 0 })];
    peer.emit(
      'member',
      memberEvent(member({ state: 'dead' }), { was: 'suspect', reason: 'refused', silentMs: 400 }),
    );
    const shown = await screen();
    expect(shown).toMatch(/bob {2}hi all/);
    expect(shown).toContain('bob dead: 127.0.0.1:7341 refused, silent 0.4s');
    expect(shown).toContain('bob dead');
  });

  it('keeps each conversation to itself', async () => {
    const { peer, type, screen, sees } = running(({ peer }) => peer.meet(member()));
    peer.emit('message', peerMessage({ text: 'psst', to: SELF }));
    await sees(/ 2 bob +!1│/);
    await type('\u001b2');
    await sees(/bob {2}psst/);
    await type('what?\r');
    expect(peer.published[0]).toMatchObject({ to: idOf('b') });
    await type('\u001b1');
    expect(await screen()).not.toContain('psst');
    await type('/join dev\rhello dev\r');
    expect(peer.published[1]?.topic).toBe('room/dev');
    await sees(/▸2 #dev/);
    await type('/part\r');
    await sees(/▸1 #lobby/);
  });

  it('shows what is kept, and the rest of it when one scrolls up', async () => {
    const { type, sees } = running(({ peer }) => {
      peer.kept = Array.from({ length: 1_200 }, (_none, index) =>
        peerMessage({
          text: `kept ${index}.`,
          sequence: index + 1,
          atMs: Date.now() - 5_000_000 + index,
        }),
      );
    });
    await sees('kept 1199.');
    for (let times = 0; times < 4; times += 1) await type('\u001b[1;5H');
    await sees('kept 0.');
  });

  it('answers commands in the room, and lays help over it', async () => {
    const { type, screen, sees } = running(({ peer }) => peer.meet(member()));
    await type('/who\r');
    await sees('alive: ana (you), bob');
    await type('/nonsense\r');
    await sees('no command /nonsense');
    await type('/help\r');
    await sees('HELP');
    await type('\u001b');
    expect(await screen()).not.toContain('HELP');
  });

  it('shows what others change of their messages, and searches', async () => {
    const { peer, type, sees } = running(({ peer }) => peer.meet(member()));
    peer.emit('message', peerMessage({ text: 'helo' }));
    const edit = { v: 1, k: 'edit', of: `${idOf('b')}.1:1`, text: 'hello', nick: 'bob' };
    peer.emit('message', peerMessage({ payload: JSON.stringify(edit), sequence: 2 }));
    await sees(/bob {2}hello \(edited\)/);
    await type('/react 👍\r');
    expect(JSON.parse(peer.published[0]?.payload ?? '')).toMatchObject({ k: 'react', of: edit.of });
    await type('/search hell\r');
    await sees(/search: hell_ {2}1 of 1/);
  });

  it('leaves on Ctrl-D, on Ctrl-C twice, and when the terminal goes away', async () => {
    const byEnd = running();
    await byEnd.type('\u0004');
    expect(await byEnd.ending).toBe('asked');
    front?.stop();
    const byInterrupt = running();
    await byInterrupt.type('\u0003');
    await byInterrupt.sees('Ctrl-C again to leave');
    await byInterrupt.type('\u0003');
    expect(await byInterrupt.ending).toBe('asked');
    front?.stop();
    const byLoss = running();
    byLoss.input.end();
    expect(await byLoss.ending).toBe('asked');
  });

  it('gives the terminal back, and says goodbye below', async () => {
    const { written } = running();
    await settle();
    front?.stop();
    front?.farewell({ line: 'left after 2s', onlyHere: 0, heldBy: 1, events: 3, ranMs: 2_000 });
    expect(written().endsWith('\u001b[?1049lleft after 2s\n')).toBe(true);
  });

  it('writes nothing while nothing happens', async () => {
    const { written } = running();
    await settle();
    const before = written().length;
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    expect(written().length).toBe(before);
  });
});
