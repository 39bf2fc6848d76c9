import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { PeerError } from '../../src/errors.js';
import { Acknowledgements } from '../../src/store/acknowledgements.js';
import { AppendFile } from '../../src/store/append-file.js';
import { DURABILITIES } from '../../src/store/durability.js';
import { temporaryFolder } from '../support/folders.js';
import { logFolder, openLogged } from '../support/logs.js';
import { testPeer } from '../support/peers.js';

describe('an acknowledgement', () => {
  it('comes when the promise holds, not before, and for all up to there', async () => {
    let durableEnd = 0;
    const acknowledgements = new Acknowledgements(() => ({ durableEnd, failure: undefined }));
    const order: number[] = [];
    const waits = [2, 1, 3].map((sequence) =>
      acknowledgements.wait(sequence, undefined).then(() => order.push(sequence)),
    );
    acknowledgements.appended(2, 100);
    acknowledgements.appended(3, 200);
    await Promise.resolve();
    expect(order).toEqual([]);
    durableEnd = 100;
    acknowledgements.settle();
    await Promise.all(waits.slice(0, 2));
    expect(order).toEqual([2, 1]);
    durableEnd = 250;
    acknowledgements.settle();
    await waits[2];
    await acknowledgements.wait(3, undefined);
  });

  it('is refused while the disk fails, and when the peer closes', async () => {
    let failure: PeerError | undefined;
    const acknowledgements = new Acknowledgements(() => ({ durableEnd: 0, failure }));
    const waiting = acknowledgements.wait(1, undefined);
    failure = new PeerError('disk-failed', 'no space');
    acknowledgements.settle();
    await expect(waiting).rejects.toBe(failure);
    await expect(acknowledgements.wait(1, undefined)).rejects.toBe(failure);
    failure = undefined;
    const open = acknowledgements.wait(2, undefined);
    acknowledgements.close();
    await expect(open).rejects.toMatchObject({ code: 'closed' });
    await expect(acknowledgements.wait(9, undefined)).rejects.toMatchObject({ code: 'closed' });
  });

  it('ends with its signal', async () => {
    const acknowledgements = new Acknowledgements(() => ({ durableEnd: 0, failure: undefined }));
    const reason = new Error('enough');
    const aborting = new AbortController();
    const waiting = acknowledgements.wait(1, aborting.signal);
    aborting.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    await expect(acknowledgements.wait(1, aborting.signal)).rejects.toBe(reason);
  });
});

describe.each(DURABILITIES)('with durability %s', (durability) => {
  it('what was acknowledged is in the files, though nothing was closed', async () => {
    const folder = await temporaryFolder();
    const logged = openLogged(folder, { durability, limits: { segmentBytes: 500 } });
    for (let index = 1; index <= 20; index++) {
      logged.say(`message ${index}`);
      await logged.log.stored(index);
    }
    const other = openLogged(folder, { generation: 2 });
    expect(other.texts()).toEqual(logged.texts());
    expect(other.warnings).toEqual([]);
    await logged.log.close();
    await other.log.close();
  });
});

describe.each(DURABILITIES)('after a disk that was full, with durability %s', (durability) => {
  it('what waited is acknowledged, though nothing more is said', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const { log, say, warnings } = openLogged(await temporaryFolder(), { durability });
    const write = vi.spyOn(AppendFile.prototype, 'write').mockImplementation(() => {
      throw new Error('no space');
    });
    onTestFinished(() => write.mockRestore());
    say('hello');
    await expect(log.stored(1)).rejects.toMatchObject({ code: 'disk-failed' });
    write.mockRestore();
    vi.runAllTimers();
    expect(warnings).toEqual(['disk-failed', 'disk-recovered']);
    await log.stored(1);
    await log.close();
  });
});

describe('a peer without a folder', () => {
  it('acknowledges what is in its log', async () => {
    const peer = await testPeer();
    const { id } = peer.publish('room', 'hello');
    await peer.stored(id);
    expect(peer.history().map(({ text }) => text)).toEqual(['hello']);
  });

  it('takes only levels that there are', async () => {
    const wrong = { durability: 'sometimes' } as unknown as { durability: 'always' };
    await expect(testPeer(wrong)).rejects.toMatchObject({ code: 'bad-option' });
  });
});

describe('a log that cannot be opened', () => {
  it('refuses the start with one line that names the file', async () => {
    const folder = await temporaryFolder();
    const logged = openLogged(folder);
    logged.say('hello');
    await logged.log.close();
    const path = join(logFolder(folder), `${'0'.repeat(16)}.log`);
    rmSync(path);
    mkdirSync(path);
    expect(() => openLogged(folder)).toThrow(expect.objectContaining({ code: 'log-unreadable' }));
    expect(() => openLogged(folder)).toThrow(path);
    rmSync(logFolder(folder), { recursive: true });
    writeFileSync(logFolder(folder), '');
    expect(() => openLogged(folder)).toThrow(logFolder(folder));
  });
});
