import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import type { InputEvent } from '../src/keys/key-event.js';
import { openScreen, type Screen, type ScreenSize } from '../src/screen.js';
import { themeFor } from '../src/style/theme.js';

/** A screen on streams that stand for a terminal. */
function rig(): {
  readonly screen: Screen;
  readonly input: PassThrough;
  readonly events: InputEvent[];
  readonly sizes: ScreenSize[];
  readonly resize: (columns: number, rows: number) => void;
  readonly written: () => string;
} {
  const chunks: string[] = [];
  const events: InputEvent[] = [];
  const sizes: ScreenSize[] = [];
  const input = Object.assign(new PassThrough(), { setRawMode: () => undefined });
  const output = Object.assign(new EventEmitter(), {
    columns: 40,
    rows: 10,
    write: (text: string) => chunks.push(text) > 0,
  });
  const opened = openScreen({
    // Only what a screen touches is there.
    input: input as unknown as NodeJS.ReadStream,
    output: output as unknown as NodeJS.WriteStream,
    theme: themeFor({ name: 'mono', colour: false }),
    draw: ({ columns, rows }) => {
      sizes.push({ columns, rows });
      return { lines: [[{ text: `${columns}x${rows}` }]] };
    },
    onEvent: (event) => events.push(event),
  });
  screen = opened;
  const resize = (columns: number, rows: number): void => {
    Object.assign(output, { columns, rows });
    output.emit('resize');
  };
  return { screen: opened, input, events, sizes, resize, written: () => chunks.join('') };
}

let screen: Screen | undefined;

afterEach(() => screen?.close());

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 60));

describe('a screen', () => {
  it('paints its view, and paints it anew in a window of another size', async () => {
    const { resize, written, sizes } = rig();
    await settled();
    expect(written()).toContain('40x10');
    resize(60, 20);
    await settled();
    expect(written()).toContain('60x20');
    expect(written().split('\u001b[2J')).toHaveLength(3);
    expect(sizes.at(-1)).toEqual({ columns: 60, rows: 20 });
  });

  it('paints nothing while nothing changes', async () => {
    const { screen: quiet } = rig();
    await settled();
    const { frames } = quiet;
    await settled();
    quiet.refresh();
    await settled();
    expect(quiet.frames).toBe(frames);
  });

  it('tells the Escape key from the beginning of a sequence', async () => {
    const { input, events } = rig();
    input.write('\u001b');
    await settled();
    input.write('\u001b');
    input.write('[A');
    await settled();
    expect(events).toEqual([
      { kind: 'key', key: 'escape' },
      { kind: 'key', key: 'up' },
    ]);
  });

  it('lets go of a terminal that says no size, and is usable meanwhile', async () => {
    const { resize, sizes, screen: opened } = rig();
    resize(0, 0);
    await settled();
    expect(sizes.at(-1)).toEqual({ columns: 80, rows: 24 });
    opened.close();
    opened.close();
  });

  it('is given back while suspended, and painted whole after that', async () => {
    const { screen: opened, written } = rig();
    await settled();
    opened.suspend();
    expect(written()).toContain('\u001b[?1049l');
    opened.resume();
    await settled();
    expect(written().split('\u001b[?1049h')).toHaveLength(3);
    expect(written().split('40x10')).toHaveLength(3);
  });
});
