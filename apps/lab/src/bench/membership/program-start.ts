import path from 'node:path';
import { Watch } from '../../observe/watch.js';
import { formatMs } from '../../output/table.js';
import { cpuTimeMs } from '../../process/cpu-time.js';
import type { BenchContext } from './context.js';

const startTimeoutMs = 30_000;

/** The built chat program, from its start to the first line that it prints, one at a time. */
export async function measureProgramStart(context: BenchContext): Promise<void> {
  for (let repeat = 0; repeat < context.repeats; repeat += 1) {
    const { cpuMs, wallMs } = await startOnce(context);
    if (cpuMs !== undefined) context.samples.add('start-cpu', cpuMs);
    context.samples.add('start-wall', wallMs);
    const cpu = cpuMs === undefined ? 'not told here' : formatMs(cpuMs);
    context.narrator.step('measured', `start         CPU ${cpu}, wall ${formatMs(wallMs)}`);
  }
}

async function startOnce({ children, chatFile }: BenchContext) {
  const watch = new Watch();
  let first: { readonly cpuMs: number | undefined; readonly atMs: number } | undefined;
  const child = children.start({
    label: 'ana',
    file: chatFile,
    args: ['ana', '--json', '--network', `bench-${process.pid}`],
    environment: {
      XDG_STATE_HOME: path.join(children.folder, 'state'),
      XDG_RUNTIME_DIR: path.join(children.folder, 'run'),
    },
    onLine: (_line, atMs) => {
      const { processId } = child;
      if (first !== undefined || processId === undefined) return;
      first = { cpuMs: cpuTimeMs(processId), atMs };
      watch.changed();
    },
  });
  const { cpuMs, atMs } = await watch.until(() => first, {
    what: 'the first line of the program',
    timeoutMs: startTimeoutMs,
    signal: children.failure,
  });
  await children.endAll();
  return { cpuMs, wallMs: atMs - child.startedAtMs };
}
