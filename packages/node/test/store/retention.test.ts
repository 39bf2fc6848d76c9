import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { freshIdentity } from '../../src/profile/profile.js';
import { temporaryFolder } from '../support/folders.js';
import { logFolder, openLogged } from '../support/logs.js';

const identity = freshIdentity();
const MINUTE_MS = 60_000;
/** When these engines start, and speak. */
const SAID_MS = 1_000;

function filesOf(folder: string): number {
  return readdirSync(logFolder(folder)).filter((name) => name.endsWith('.log')).length;
}

describe('messages that are too old', () => {
  it('go with their files, though nothing is said, and do not come back at a start', async () => {
    const folder = await temporaryFolder();
    const limits = { segmentBytes: 450, logAgeMaxMs: MINUTE_MS };
    const logged = openLogged(folder, { identity, limits });
    for (let index = 0; index < 20; index++) logged.say(`message ${index}`);
    expect(logged.texts()).toHaveLength(20);
    expect(filesOf(folder)).toBeGreaterThan(3);
    const hash = logged.engine.status({ monotonicMs: 2, wallMs: SAID_MS }).stateHash;
    for (const minute of [2, 4, 6]) {
      const nowMs = minute * MINUTE_MS;
      logged.engine.handle({ kind: 'wake' }, { monotonicMs: nowMs, wallMs: SAID_MS + nowMs });
      expect(logged.texts()).toEqual([]);
    }
    expect(filesOf(folder)).toBe(1);
    await logged.log.close();
    for (const generation of [2, 3]) {
      const again = openLogged(folder, { identity, generation, limits });
      expect([again.texts(), again.warnings]).toEqual([[], []]);
      expect(again.engine.status({ monotonicMs: 2, wallMs: SAID_MS }).stateHash).toBe(hash);
      await again.log.close();
    }
    const last = openLogged(folder, { identity, generation: 4, limits });
    last.say('hello');
    expect([last.texts(), last.warnings]).toEqual([['hello'], []]);
    await last.log.close();
  });
});
