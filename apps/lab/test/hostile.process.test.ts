import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, it as test } from 'vitest';

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));

interface Row {
  readonly attack: string;
  readonly answer: 'cut' | 'bounded';
  readonly offenders: number;
  readonly cut: number;
  readonly delivered: number;
  readonly seen: string;
  readonly missed: readonly string[];
}

/** About ten seconds on a quiet machine; only a failure waits for it. */
const PATIENCE_MS = 300_000;
const it = (name: string, run: () => Promise<void>) => test(name, run, PATIENCE_MS);

/** Runs the named attacks for a moment each, and once: their times are not looked at. */
async function attack(...only: readonly string[]): Promise<ReadonlyMap<string, Row>> {
  const moment = ['--seconds', '0.3', '--turns', '1'];
  const args = [main, 'hostile', '--json', ...moment, '--only', ...only];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.setEncoding('utf8');
  child.stdout.on('data', (chunk: string) => {
    text += chunk;
  });
  await once(child, 'close');
  const last = text.trimEnd().split('\n').at(-1) ?? '';
  const { rows } = JSON.parse(last) as { readonly rows: readonly Row[] };
  return new Map(rows.map((row) => [row.attack, row]));
}

/** What must be so whatever was tried, on a machine of any speed. */
function expectUnharmed(rows: ReadonlyMap<string, Row>): void {
  const slow = /too late|slowed|memory/;
  for (const row of rows.values()) {
    const missed = row.missed.filter((words) => !slow.test(words));
    expect({ ...row, missed }).toMatchObject({ delivered: 1, missed: [] });
    if (row.answer === 'cut') expect(row.cut).toBe(row.offenders);
  }
}

function expectSeen(rows: ReadonlyMap<string, Row>, reasons: Readonly<Record<string, RegExp>>) {
  for (const [name, reason] of Object.entries(reasons))
    expect(rows.get(name)?.seen).toMatch(reason);
}

it('bears strangers, and says why it refuses them', async () => {
  const rows = await attack('stranger');
  expectUnharmed(rows);
  expectSeen(rows, {
    'garbage as first message': /link version/,
    'a hello in clear': /another network key/,
    'an empty first message': /link version/,
    'a message of 1 GiB': /Max payload size exceeded/,
    'fragments without end': /fragments|payload/,
    'text frames': /text frames are not spoken here/,
    'frames with reserved bits': /Invalid WebSocket frame/,
    'a handshake with a wrong key': /another network key/,
    'a recorded handshake, once more': /does not open/,
  });
});

it('cuts off members whose bytes are wrong, and says why', async () => {
  const rows = await attack(
    ...['noise', 'a message without', 'unknown kind', 'a frame in', 'a delta in', '4 GiB'],
    ...['million', 'second hello', '1 MiB', 'bit', 'repeated', 'left out', 'nobody sealed'],
  );
  expectUnharmed(rows);
  expectSeen(rows, {
    'a message without a frame': /malformed: empty transport message/,
    'a frame of an unknown kind': /malformed: unknown frame 99/,
    'a clock of a million entries': /malformed/,
    'a second hello': /malformed/,
    'a flipped bit': /does not open/,
    'a repeated message': /does not open/,
    'a message left out': /does not open/,
    'words that nobody sealed': /does not open/,
  });
});

it('believes no member what it says of others', async () => {
  const rows = await attack(
    ...["another's id", 'clock an hour', 'under the name', 'answer to a pull', 'another number'],
    ...['floor', 'everybody', 'incarnations', 'far beyond', 'escapes', 'two contents'],
  );
  expectUnharmed(rows);
  expectSeen(rows, {
    "another's id": /says it is/,
    'a clock an hour off': /clocks .* apart/,
    'a message under the name of another': /forged: batch \d+ of \w+ is not signed by it/,
    'the same in an answer to a pull': /forged/,
    'a real message under another number': /forged/,
    'everybody restarted': /forged: what is said of \w+ is not signed by it/,
    'everybody left': /forged/,
    'incarnations at the end of numbers': /forged/,
    'two contents for one message': /signed two different things .* kept as proof/,
  });
});

it('bears members that lie about what they could relay', async () => {
  expectUnharmed(await attack('announcing', 'grafts', 'pruning'));
});

it('gives up a link that goes silent, and talks on through a third peer', async () => {
  const rows = await attack('goes silent');
  expectUnharmed(rows);
  expectSeen(rows, { 'a link goes silent': /silent for/ });
});
