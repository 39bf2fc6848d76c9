/** How long records wait for company: one write a batch keeps the measured process undisturbed. */
const flushMs = 20;

/** Collects records and prints them as JSON lines, some milliseconds later and many at a time. */
export interface Recorder {
  (record: object): void;
  /** Prints now what still waits. */
  flush(): void;
}

export function createRecorder(write: (text: string) => void): Recorder {
  let waiting: string[] = [];
  let timer: NodeJS.Timeout | undefined;
  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    if (waiting.length === 0) return;
    const text = waiting.join('');
    waiting = [];
    write(text);
  };
  const record = (value: object) => {
    waiting.push(`${JSON.stringify(value)}\n`);
    timer ??= setTimeout(flush, flushMs);
  };
  return Object.assign(record, { flush });
}
