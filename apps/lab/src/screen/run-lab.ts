import { openScreen, themeFor, wantsAscii, wantsColour } from '@hearsay/terminal';
import { clockMs } from '../clock.js';
import { Chronicle } from '../cluster/chronicle.js';
import { Cluster } from '../cluster/cluster.js';
import { Watch } from '../observe/watch.js';
import { type Children, withChildren } from '../process/children.js';
import { asciiLine } from './ascii.js';
import { deedsOf } from './keys.js';
import { Lab } from './lab.js';
import { labView } from './view.js';

export interface RunLabOptions {
  /** The built chat program. */
  readonly chatFile: string;
  readonly nicks: readonly string[];
  readonly ascii: boolean;
  readonly color: boolean;
}

/** Ages on the screen move on. */
const REFRESH_MS = 250;

/** Starts peers and shows them until somebody quits; all are ended then. */
export function runLab(options: RunLabOptions): Promise<void> {
  return withChildren((children) => showLab(children, options));
}

async function showLab(
  children: Children,
  { chatFile, nicks, ascii, color }: RunLabOptions,
): Promise<void> {
  const chronicle = new Chronicle(clockMs());
  const watch = new Watch();
  const cluster = await Cluster.open({
    ...{ children, chatFile, nicks, chronicle, watch },
    mayEnd: true,
  });
  const { stdin: input, stdout: output, env: environment } = process;
  const isAscii = wantsAscii({ environment, ascii });
  const colour = wantsColour({ environment, isTerminal: true, color, simple: false });
  let end: () => void = () => undefined;
  let fail: (error: unknown) => void = () => undefined;
  const ended = new Promise<void>((resolve, reject) => {
    end = resolve;
    fail = reject;
  });
  const lab = new Lab(cluster, chronicle, () => screen.refresh());
  const screen = openScreen({
    ...{ input, output },
    theme: themeFor({ name: 'dark', colour }),
    draw: ({ columns, rows }) => {
      const lines = labView(lab.state(), columns, rows);
      return { lines: isAscii ? lines.map(asciiLine) : lines };
    },
    onEvent: (event) => {
      for (const deed of deedsOf(event)) {
        if (deed.kind === 'quit') end();
        else lab.obey(deed).catch(fail);
      }
    },
    onGone: () => end(),
  });
  // A window that is closed takes its terminal with it; the peers have to be ended all the same.
  output.on('error', end);
  const refreshing = setInterval(() => screen.refresh(), REFRESH_MS);
  try {
    for (const nick of nicks) cluster.start(nick);
    screen.refresh();
    await ended;
  } finally {
    clearInterval(refreshing);
    cluster.close();
    screen.close();
  }
}
