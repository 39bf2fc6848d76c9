import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, describe, expect, it } from 'vitest';

const CACHE = new URL('../../dist/index.js', import.meta.url).href;
const NODE = new URL('../../../node/dist/index.js', import.meta.url).href;
const SETTLED_MS = 40_000;
/** Only a failure takes this long. */
const TEST_MS = 150_000;

/** A peer with a cache in a process of its own: a line of JSON with a question, a line with its answer. */
const PROGRAM = `
  import { createInterface } from 'node:readline';
  import { setTimeout as pause } from 'node:timers/promises';
  import { createPeer, NetworkKeys } from ${JSON.stringify(NODE)};
  import { openCache } from ${JSON.stringify(CACHE)};
  const { nick, folder, join } = JSON.parse(process.argv[1]);
  const peer = await createPeer({
    nick, network: 'kill', keys: NetworkKeys.of(new Uint8Array(32).fill(7)),
    port: 0, discover: false, runFolder: folder, join,
  });
  const cache = await openCache({ peer, documents: false, dir: folder + '/' + nick });
  const tell = (value) => process.stdout.write(JSON.stringify(value) + '\\n');
  let works = false;
  /** Sets and reads without pause, counts and adds; every operation that fails is told. */
  async function work() {
    let [done, failed] = [0, 0];
    for (let index = 0; works; index++) {
      try {
        await cache.set('k' + (index % 500), nick + index);
        if (cache.peek('k' + (index % 500)) === undefined) failed += 1;
        if (index % 10 === 0) await cache.counter('hits').add(1);
        if (index % 50 === 0) await cache.setOf('tags').add(nick + index);
        done += 1;
      } catch {
        failed += 1;
      }
      if (index % 20 === 0) await pause(1);
    }
    tell({ done, failed, counted: Math.ceil(done / 10) });
  }
  const answers = {
    linked: () => tell({ linked: cache.status().linked.length }),
    work: () => { works = true; void work(); tell({}); },
    rest: () => { works = false; },
    state: () => {
      const keys = [...cache.keys('k')].sort();
      tell({
        values: keys.map((key) => key + '=' + cache.peek(key).text),
        hits: cache.held('hits')?.value.value ?? 0,
        tags: [...(cache.held('tags')?.value.elements ?? [])].sort(),
        keys: cache.status().keys,
      });
    },
  };
  createInterface({ input: process.stdin }).on('line', (line) => answers[line]());
  process.stdin.on('end', () => process.exit(0));
  tell({ address: '127.0.0.1:' + peer.port });
`;

class Agent {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor(options: object) {
    const args = ['--input-type=module', '--eval', PROGRAM, JSON.stringify(options)];
    this.#child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    const { stdout } = this.#child;
    if (stdout === null) throw new Error('a process without a pipe');
    this.#lines = createInterface({ input: stdout })[Symbol.asyncIterator]();
    this.#child.stdin?.on('error', () => undefined); // It may be killed while it is asked.
  }

  async next(): Promise<Record<string, unknown>> {
    const { value, done } = await this.#lines.next();
    if (done === true) throw new Error('the process is gone');
    return JSON.parse(value);
  }

  async ask(question: string): Promise<Record<string, unknown>> {
    this.#child.stdin?.write(`${question}\n`);
    return await this.next();
  }

  async kill(): Promise<void> {
    const closed = once(this.#child, 'close');
    this.#child.kill('SIGKILL');
    await closed;
  }
}

const agents: Agent[] = [];
const folders: string[] = [];

afterEach(async () => {
  await Promise.all(agents.splice(0).map((agent) => agent.kill()));
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

async function start(nick: string, folder: string, ...join: readonly unknown[]) {
  const agent = new Agent({ nick, folder, join });
  agents.push(agent);
  const { address } = await agent.next();
  return { agent, address };
}

describe('three processes with a cache', () => {
  it('fail no operation of the living when one is killed, and agree, also with it when it is back', {
    timeout: TEST_MS,
  }, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'hearsay-cache-kill-'));
    folders.push(folder);
    const first = await start('ana', folder);
    const second = await start('ben', folder, first.address);
    const victim = await start('cy', folder, first.address);
    const living = [first.agent, second.agent];
    for (const { agent } of [first, second, victim]) {
      await expect.poll(() => agent.ask('linked'), { timeout: SETTLED_MS }).toEqual({ linked: 2 });
      await agent.ask('work');
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
    agents.splice(agents.indexOf(victim.agent), 1);
    await victim.agent.kill();
    await new Promise((resolve) => setTimeout(resolve, 500));
    const worked = await Promise.all(living.map((agent) => agent.ask('rest')));
    for (const { done, failed } of worked) {
      expect(failed).toBe(0);
      expect(done).toBeGreaterThan(0);
    }
    const back = await start('cy', folder, first.address);
    const same = async () => {
      const states = await Promise.all([...living, back.agent].map((agent) => agent.ask('state')));
      return new Set(states.map((state) => JSON.stringify(state))).size;
    };
    await expect.poll(same, { timeout: SETTLED_MS }).toBe(1);
    const state = await first.agent.ask('state');
    const counted = worked.reduce((sum, { counted: each }) => sum + Number(each), 0);
    expect(Number(state['hits'])).toBeGreaterThanOrEqual(counted);
    expect(state['values']).not.toEqual([]);
  });
});
