import { clockMs } from '../clock.js';
import { Chronicle } from '../cluster/chronicle.js';
import { Cluster } from '../cluster/cluster.js';
import { LabError } from '../errors.js';
import { Watch } from '../observe/watch.js';
import { createNarrator } from '../output/narrator.js';
import { withChildren } from '../process/children.js';
import { forEachLine } from '../process/lines.js';
import { Player } from '../story/player.js';
import { readAction } from '../story/read-story.js';

export interface RunLabJsonOptions {
  /** The built chat program. */
  readonly chatFile: string;
  readonly nicks: readonly string[];
  readonly write: (line: string) => void;
}

const JSON_VERSION = 1;

/**
 * The lab for scripts: everything that is done or told goes out as a line of JSON, and each line that
 * comes in is an action, as in a story. Ends when the input does.
 */
export function runLabJson({ chatFile, nicks, write }: RunLabJsonOptions): Promise<void> {
  return withChildren(async (children) => {
    const tell = (type: string, data: object) => {
      write(JSON.stringify({ v: JSON_VERSION, type, ...data }));
    };
    const chronicle = new Chronicle(clockMs(), (kind, { atMs, ...item }) => {
      // An entry that only repeats a sighting in words.
      if (kind === 'entry' && 'kind' in item && item.kind === 'saw') return;
      tell(kind, { t: new Date(atMs).toISOString(), ...item });
    });
    const watch = new Watch();
    const cluster = await Cluster.open({
      ...{ children, chatFile, nicks, chronicle, watch },
      mayEnd: true,
    });
    const quiet = createNarrator({ json: true, style: plain, write: () => undefined });
    const player = new Player({
      ...{ cluster, chronicle, watch },
      narrator: quiet,
      failure: children.failure,
      story: { name: 'lab', about: '', peers: nicks, convergeMs: 0, steps: [] },
    });
    const act = async (line: string) => {
      try {
        await player.act(readAction(line, nicks));
      } catch (error) {
        if (!(error instanceof LabError)) throw error;
        tell('error', { message: error.message });
      }
    };
    let done = act(JSON.stringify({ do: 'start', who: 'all' }));
    try {
      await new Promise<void>((resolve, reject) => {
        forEachLine(process.stdin, (line) => {
          if (line.trim() === '') return;
          done = done.then(() => act(line));
          done.catch(reject);
        });
        process.stdin.once('end', () => void done.then(resolve, reject));
      });
    } finally {
      cluster.close();
    }
  });
}

const same = (text: string) => text;
const plain = { bold: same, dim: same, good: same, bad: same };
