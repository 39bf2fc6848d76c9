import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readSpec } from '../../src/scenario/spec.js';
import { specText } from '../../src/scenario/spec-text.js';

const folder = new URL('../../scenarios/', import.meta.url);
const files = readdirSync(folder);
const least = { name: 'least', peers: 3, seconds: 10 };

function read(extra: object) {
  return readSpec('x.json', JSON.stringify({ ...least, ...extra }));
}

describe('a scenario in a file', () => {
  it.each(files)('%s is read, written and read again as the same', (file) => {
    const spec = readSpec(file, readFileSync(new URL(file, folder), 'utf8'));
    expect(`${spec.name}.json`).toBe(file);
    expect(spec.summary).not.toBe('');
    expect(readSpec(file, specText(spec))).toEqual(spec);
  });

  it('needs a name, a size and a duration, and has a default for all else', () => {
    expect(read({})).toMatchObject({
      seed: '1',
      senders: { peers: 3, everyMs: 1_000, bytes: 100 },
      churn: undefined,
      faults: [],
      messageFaults: { lossPerMille: 0 },
      convergeMs: 60_000,
    });
  });

  it('says percent and seconds where the simulator says parts of a thousand and milliseconds', () => {
    const spec = read({
      network: { lossPercent: 2.5, latencyMs: 3 },
      churn: { everySeconds: 4, downSeconds: 0.5 },
      faults: [{ kind: 'cut', peers: ['a'], atSeconds: 1, forSeconds: 2 }],
    });
    expect(spec.messageFaults.lossPerMille).toBe(25);
    expect(spec.network.latencyMs).toEqual([3, 3]);
    expect(spec.churn).toEqual({ everyMs: 4_000, downMs: 500 });
    expect(spec.faults).toEqual([
      { kind: 'cut', peers: ['a'], atMs: 1_000, forMs: 2_000, mode: 'hold', oneWay: false },
    ]);
  });

  it.each([
    ['[]', 'x.json: an object is expected'],
    ['{', 'x.json: no JSON'],
    [{ peers: 1 }, '"peers" takes a number from 2 to 1000'],
    [{ peers: 2.5 }, '"peers" takes a whole number'],
    [{ name: 7 }, '"name" takes a text'],
    [{ seconds: 'long' }, '"seconds" takes a number'],
    [{ colour: 'red' }, '"colour" is unknown; known: peers, name'],
    [
      { network: { lossPercent: 101 } },
      'x.json: "network": "lossPercent" takes a number from 0 to 100',
    ],
    [{ network: { latencyMs: [5, 1] } }, '"latencyMs" takes a number, or [min, max]'],
    [{ network: 3 }, '"network": an object is expected'],
    [{ senders: { peers: 4 } }, '"senders": "peers" takes a number from 0 to 3'],
    [{ churn: {} }, '"churn": "everySeconds" takes a number'],
    [{ faults: {} }, '"faults" takes a list'],
    [{ faults: [{ kind: 'kil', peers: 1, atSeconds: 0 }] }, 'fault 1: "kind" takes one of kill,'],
    [{ faults: [{ kind: 'kill', peers: 0, atSeconds: 0 }] }, 'fault 1: "peers" takes a count'],
    [{ faults: [{ kind: 'kill', peers: [], atSeconds: 0 }] }, '"peers" takes a count'],
    [{ faults: [{ kind: 'kill', peers: ['a', 1], atSeconds: 0 }] }, '"peers" takes a count'],
    [{ faults: [{ kind: 'kill', peers: 1 }] }, '"atSeconds" takes a number'],
    [
      { faults: [{ kind: 'cut', peers: 1, atSeconds: 0, oneWay: 1 }] },
      '"oneWay" takes true or false',
    ],
    [
      { faults: [{ kind: 'stall', peers: 1, atSeconds: 0, stallMs: 50, everyMs: 10 }] },
      '"everyMs"',
    ],
    [{ faults: [{ kind: 'kill', peers: 1, atSeconds: 0, mode: 'lose' }] }, '"mode" is unknown'],
  ])('is refused for %j', (extra, words) => {
    const text = typeof extra === 'string' ? extra : JSON.stringify({ ...least, ...extra });
    expect(() => readSpec('x.json', text)).toThrow(words);
  });
});
