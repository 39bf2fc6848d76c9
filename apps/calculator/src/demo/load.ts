import { Agent, request } from 'node:http';

export interface LoadOptions {
  readonly url: string;
  /** Requests a second, in equal steps. */
  readonly rate: number;
}

export interface LoadResult {
  readonly made: number;
  readonly failed: number;
  /** The first few answers that were not 200 with the right result. */
  readonly failures: readonly string[];
}

/** Requests that are under way. */
export interface Load {
  readonly failed: number;
  /** Sends no more, and waits for what was sent. */
  stop(): Promise<LoadResult>;
}

const FAILURES_SHOWN = 5;
const STEP_MS = 10;
const MS_PER_S = 1_000;
const [A, B] = [12, 4];
const EXPECTED: readonly (readonly [string, number])[] = [
  ['addition', A + B],
  ['subtraction', A - B],
  ['multiplication', A * B],
  ['division', A / B],
];

/** Asks for one operation after the other, however long answers take ("open loop"). */
export function sendLoad({ url, rate }: LoadOptions): Load {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const startedMs = performance.now();
  const failures: string[] = [];
  const pending = new Set<Promise<void>>();
  let made = 0;
  let failed = 0;
  const ask = (): void => {
    const [operation, expected] = EXPECTED[made % EXPECTED.length] ?? ['addition', A + B];
    made += 1;
    const sent = post(`${url}/calculate`, agent, { operation, a: A, b: B }).then((answer) => {
      pending.delete(sent);
      if (answer === JSON.stringify({ result: expected })) return;
      failed += 1;
      if (failures.length < FAILURES_SHOWN) failures.push(`${operation}: ${answer}`);
    });
    pending.add(sent);
  };
  const timer = setInterval(() => {
    const due = ((performance.now() - startedMs) * rate) / MS_PER_S;
    while (made < due) ask();
  }, STEP_MS);
  return {
    get failed() {
      return failed;
    },
    stop: async () => {
      clearInterval(timer);
      await Promise.all(pending);
      agent.destroy();
      return { made, failed, failures };
    },
  };
}

/** @returns the body, or why there is none */
function post(url: string, agent: Agent, body: object): Promise<string> {
  return new Promise((resolve) => {
    const sent = request(url, { agent, method: 'POST' }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => {
        text += part;
      });
      response.on('end', () => resolve(text));
      response.on('error', (error) => resolve(error.message));
    });
    sent.on('error', (error) => resolve(error.message));
    sent.end(JSON.stringify(body));
  });
}
