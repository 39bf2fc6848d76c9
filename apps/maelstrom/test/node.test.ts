import { seededRandom } from '@hearsay/core';
import { describe, expect, it } from 'vitest';
import { type Body, readEnvelope } from '../src/envelope.js';
import { Cluster } from '../src/harness/cluster.js';
import { MaelstromNode } from '../src/node.js';
import type { WorkloadName } from '../src/workloads/workloads.js';

const NOW = { monotonicMs: 1, wallMs: 1_700_000_000_000 };

/** A cluster whose links take 5 to 50 ms, so that messages overtake each other. */
function cluster(workload: WorkloadName, nodes = 3): Cluster {
  const latencyMs = (random: { below(bound: number): number }): number => 5 + random.below(46);
  const made = new Cluster({ nodes, workload, profile: 'fast', seed: workload, latencyMs });
  made.start();
  return made;
}

function ask(of: Cluster, node: string, body: Body): Body | undefined {
  let reply: Body | undefined;
  of.ask(node, body, (found) => {
    reply = found;
  });
  return reply;
}

describe('a node of Maelstrom', () => {
  it('is ready when it is linked to all, and not for ever unready without one', () => {
    const latencyMs = (): number => 100;
    const options = { nodes: 5, workload: 'echo', profile: 'fast', seed: '1', latencyMs } as const;
    const whole = new Cluster(options);
    expect(whole.start()).toBeLessThan(1_000);
    const split = new Cluster(options);
    split.partition(new Map([['n3', 1]]));
    expect(split.start()).toBe(3_000);
  });

  it('answers echo with what it was told', () => {
    const one = cluster('echo');
    expect(ask(one, 'n0', { type: 'echo', echo: { any: ['thing'] } })).toMatchObject({
      type: 'echo_ok',
      echo: { any: ['thing'] },
    });
  });

  it('gives numbers that are all different, cut off or not', () => {
    const one = cluster('unique-ids');
    one.partition(new Map(one.names.map((name, index) => [name, index])));
    const ids = one.names.flatMap((name) =>
      Array.from({ length: 50 }, () => ask(one, name, { type: 'generate' })?.['id']),
    );
    expect(new Set(ids).size).toBe(150);
  });

  it('tells everybody what one was told, once', () => {
    const one = cluster('broadcast', 5);
    one.run(2_000);
    for (const [index, name] of one.names.entries())
      ask(one, name, { type: 'broadcast', message: index });
    expect(ask(one, 'n0', { type: 'broadcast', message: 0 })?.type).toBe('broadcast_ok');
    one.run(2_000);
    for (const name of one.names) {
      const messages = ask(one, name, { type: 'read' })?.['messages'];
      expect((messages as number[]).toSorted()).toEqual([0, 1, 2, 3, 4]);
    }
  });

  it('keeps a set of any elements that only grows', () => {
    const one = cluster('g-set');
    one.run(1_000);
    ask(one, 'n0', { type: 'add', element: 'x' });
    ask(one, 'n1', { type: 'add', element: [1, 2] });
    ask(one, 'n2', { type: 'add', element: 'x' });
    one.run(2_000);
    const value = ask(one, 'n1', { type: 'read' })?.['value'];
    expect(value).toHaveLength(2);
    expect(value).toEqual(expect.arrayContaining(['x', [1, 2]]));
  });

  it.each([
    ['g-counter', [1, 2, 3], 6],
    ['pn-counter', [10, -4, -7], -1],
  ] as const)('counts as %s', (workload, deltas, sum) => {
    const one = cluster(workload);
    one.run(1_000);
    for (const [index, delta] of deltas.entries()) ask(one, `n${index}`, { type: 'add', delta });
    one.run(2_000);
    for (const name of one.names)
      expect(ask(one, name, { type: 'read' })).toMatchObject({ value: sum });
  });

  it('brings after a partition what it cost', () => {
    const one = cluster('broadcast', 6);
    one.run(2_000);
    one.partition(new Map(one.names.map((name, index) => [name, index % 2])));
    for (const [index, name] of one.names.entries())
      ask(one, name, { type: 'broadcast', message: index });
    one.run(12_000);
    expect(ask(one, 'n0', { type: 'read' })?.['messages']).toHaveLength(3);
    one.partition(undefined);
    one.run(20_000);
    for (const name of one.names)
      expect(ask(one, name, { type: 'read' })?.['messages']).toHaveLength(6);
  });

  it.each<[string, Body, number]>([
    ['of another workload', { type: 'generate' }, 10],
    ['without its number', { type: 'broadcast' }, 12],
    ['with a number that does not count', { type: 'broadcast', message: 1.5 }, 12],
    ['to begin anew', { type: 'init', node_id: 'n9', node_ids: ['n9'] }, 12],
  ])('refuses a request %s', (_what, body, code) => {
    expect(ask(cluster('broadcast'), 'n0', body)).toMatchObject({ type: 'error', code });
  });

  it('refuses everything before init', () => {
    const node = new MaelstromNode({
      workload: 'broadcast',
      profile: 'fast',
      random: seededRandom(''),
    });
    const body = { type: 'read', msg_id: 4 };
    const [reply] = node.handle({ src: 'c1', dest: 'n1', body }, NOW);
    expect(reply?.body).toMatchObject({ type: 'error', in_reply_to: 4 });
  });

  it.each<[string, Body]>([
    ['without a link', { type: 'hearsay', do: 'dial' }],
    ['with a word nobody knows', { type: 'hearsay', by: 'n1', number: 1, do: 'dance' }],
    ['with frames that are none', { type: 'hearsay', by: 'n1', number: 1, do: 'frames', data: 7 }],
    [
      'of a link that is not there',
      { type: 'hearsay', by: 'n1', number: 9, do: 'frames', turn: 0, data: 'AAAA' },
    ],
    ['that closes what is not there', { type: 'hearsay', by: 'n1', number: 9, do: 'close' }],
  ])('leaves out what another node says %s, and owes it nothing', (_what, body) => {
    const node = new MaelstromNode({ workload: 'echo', profile: 'fast', random: seededRandom('') });
    const init = { type: 'init', msg_id: 1, node_id: 'n0', node_ids: ['n0'] };
    node.handle({ src: 'c1', dest: 'n0', body: init }, NOW);
    expect(node.handle({ src: 'n1', dest: 'n0', body }, NOW)).toEqual([]);
  });

  it('closes a link that brings bytes it cannot read, and lives on', () => {
    const node = new MaelstromNode({ workload: 'echo', profile: 'fast', random: seededRandom('') });
    const init = { type: 'init', msg_id: 1, node_id: 'n0', node_ids: ['n0'] };
    node.handle({ src: 'c1', dest: 'n0', body: init }, NOW);
    const link = { type: 'hearsay', by: 'n1', number: 1 };
    node.handle({ src: 'n1', dest: 'n0', body: { ...link, do: 'dial' } }, NOW);
    const bad = { ...link, do: 'frames', turn: 0, data: 'AAAAAAAA' };
    const said = node.handle({ src: 'n1', dest: 'n0', body: bad }, NOW);
    expect(said.map(({ body }) => body['do'])).toEqual(['close']);
    const echo = { type: 'echo', msg_id: 2, echo: 1 };
    expect(node.handle({ src: 'c1', dest: 'n0', body: echo }, NOW)[0]?.body.type).toBe('echo_ok');
  });
});

describe('a line', () => {
  it.each([
    ['', 'no JSON'],
    ['[]', 'a message is an object'],
    ['{"src":1,"dest":"n1","body":{"type":"x"}}', 'no src and dest'],
    ['{"src":"a","dest":"n1","body":{}}', 'no type'],
    ['{"src":"a","dest":"n1","body":{"type":"x","msg_id":"7"}}', 'msg_id'],
    ['{"src":"a","dest":"n1","body":{"type":"x","in_reply_to":"7"}}', 'in_reply_to'],
  ])('that is no message is refused: %j', (line, words) => {
    expect(() => readEnvelope(line)).toThrow(words);
  });
});
