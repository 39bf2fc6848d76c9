import { cpSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { freshIdentity } from '../../src/profile/profile.js';
import { temporaryFolder } from '../support/folders.js';
import { type LoggedEngine, logFolder, openLogged } from '../support/logs.js';

const MESSAGES = 8;
const identity = freshIdentity();
/** Small files, so that there are several of each kind. */
const limits = { segmentBytes: 450 };
const texts = Array.from({ length: MESSAGES }, (_, index) => `message ${index}`);

async function written(): Promise<string> {
  const folder = await temporaryFolder();
  const logged = openLogged(folder, { identity, limits });
  for (const text of texts) logged.say(text);
  await logged.log.close();
  return folder;
}

function filesOf(folder: string): string[] {
  return readdirSync(logFolder(folder)).sort();
}

/** A copy of a log with something done to it, opened. */
async function reopened(folder: string, spoil: (log: string) => void): Promise<LoggedEngine> {
  const copy = await temporaryFolder();
  cpSync(folder, copy, { recursive: true });
  spoil(logFolder(copy));
  return openLogged(copy, { identity, generation: 2, limits });
}

/** What must hold after any damage: it is told, and what is served is what was said, without holes. */
async function expectHonest(logged: LoggedEngine): Promise<void> {
  expect(logged.warnings.length).toBeGreaterThan(0);
  const left = logged.texts();
  expect(left).toEqual(texts.slice(0, left.length));
  expect(logged.engine.status({ monotonicMs: 2, wallMs: 1_000 }).messages).toBe(left.length);
  await logged.log.close();
}

describe('a log on disk', { timeout: 120_000 }, () => {
  it('is there again as it was, in several files', async () => {
    const folder = await written();
    const again = openLogged(folder, { identity, generation: 2, limits });
    expect([again.texts(), again.warnings]).toEqual([texts, []]);
    expect(filesOf(folder).filter((name) => name.endsWith('.log')).length).toBeGreaterThan(1);
    again.say('more');
    await again.log.close();
    const third = openLogged(folder, { identity, generation: 3, limits });
    expect([third.texts(), third.warnings]).toEqual([[...texts, 'more'], []]);
    await third.log.close();
  });

  it('tells of any byte that is flipped in any file, and serves nothing of it', async () => {
    const folder = await written();
    for (const name of filesOf(folder)) {
      const { size } = statSync(join(logFolder(folder), name));
      for (let at = 0; at < size; at++) {
        const logged = await reopened(folder, (log) => {
          const path = join(log, name);
          const bytes = readFileSync(path);
          bytes[at] = (bytes[at] ?? 0) ^ 0x41;
          writeFileSync(path, bytes);
        });
        await expectHonest(logged);
      }
    }
  });

  it('tells of a file that is cut at any length, and serves nothing of it', async () => {
    const folder = await written();
    for (const name of filesOf(folder)) {
      const { size } = statSync(join(logFolder(folder), name));
      for (let length = 0; length < size; length++) {
        const logged = await reopened(folder, (log) => truncateSync(join(log, name), length));
        await expectHonest(logged);
      }
    }
  });
});
