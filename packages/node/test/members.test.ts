import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type MemberView, type PeerId, peerId, type StatusView } from '@hearsay/core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readMembers, type SavedMember, writeMembers } from '../src/members/member-file.js';
import { MemberKeeper, type MemberKeeperOptions } from '../src/members/member-keeper.js';
import { temporaryFolder } from './support/folders.js';
import { addressOf, nextEvent, testPeer } from './support/peers.js';

const WALL_MS = 1_700_000_000_000;
const ANA = peerId('aa'.repeat(32));
const BOB = peerId('bb'.repeat(32));

function saved(peer: PeerId, over: Partial<SavedMember> = {}): SavedMember {
  return { peer, addresses: ['127.0.0.1:7340'], seenMs: WALL_MS, failed: false, ...over };
}

describe('the file of members', () => {
  it('reads as it was written', async () => {
    const path = join(await temporaryFolder(), 'members');
    const members = [saved(ANA), saved(BOB, { failed: true, seenMs: 0, addresses: [] })];
    await writeMembers(path, members);
    expect(await readMembers(path)).toEqual({ members, problem: undefined });
  });

  it('that is not there holds nobody', async () => {
    const path = join(await temporaryFolder(), 'members');
    expect(await readMembers(path)).toEqual({ members: [], problem: undefined });
  });

  it('with any byte changed or cut off is ignored, and named', async () => {
    const path = join(await temporaryFolder(), 'members');
    await writeMembers(path, [saved(ANA)]);
    const whole = await readFile(path);
    for (let at = 0; at < whole.length; at++) {
      const changed = Buffer.from(whole);
      changed[at] = (changed[at] ?? 0) ^ 1;
      for (const bytes of [changed, whole.subarray(0, at)]) {
        await writeFile(path, bytes);
        const { members, problem } = await readMembers(path);
        expect(members).toEqual([]);
        expect(problem).toContain(path);
      }
    }
  });

  it.each([
    ['no list', {}],
    ['no object', [7]],
    ['no peer', [{ ...saved(ANA), peer: 7 }]],
    ['a wrong peer', [{ ...saved(ANA), peer: 'xyz' }]],
    ['no time', [{ ...saved(ANA), seenMs: 'now' }]],
    ['no addresses', [{ ...saved(ANA), addresses: 'x' }]],
    ['too many addresses', [saved(ANA, { addresses: new Array(9).fill('127.0.0.1:1') })]],
    ['a wrong address', [saved(ANA, { addresses: ['nowhere'] })]],
  ])('that holds %s is ignored, whoever wrote it', async (_what, members) => {
    const path = join(await temporaryFolder(), 'members');
    await writeMembers(path, members as readonly SavedMember[]); // As another program might.
    expect((await readMembers(path)).problem).toContain('does not read');
  });

  it('that is too large or a folder is ignored', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'members'), 'x'.repeat(600_000));
    expect((await readMembers(join(folder, 'members'))).problem).toContain('too large');
    expect((await readMembers(folder)).problem).toContain('does not read');
  });
});

function view(peer: PeerId, over: Partial<MemberView> = {}): MemberView {
  return {
    peer,
    generation: 1,
    incarnation: 0,
    state: 'alive',
    self: false,
    sinceMs: 0,
    meta: new Uint8Array(),
    addresses: ['127.0.0.1:7340'],
    link: undefined,
    rttMs: undefined,
    heardMs: 0,
    sync: { lacks: 0, ahead: 0, inSync: true, diverged: false, atMs: undefined },
    ...over,
  };
}

/** A keeper whose looks the test asks for by closing it. */
async function keep(path: string, members: readonly MemberView[], over: { max?: number } = {}) {
  const candidates: [string, PeerId][] = [];
  const warnings: string[] = [];
  const options: MemberKeeperOptions = {
    path,
    limits: { savedMembersMax: over.max ?? 10, membersTriedMax: 2 },
    timers: { membersFirstSaveMs: 1_000, membersSaveMs: 1_000, membersForgetMs: 60_000 },
    readNow: () => ({ monotonicMs: 0, wallMs: WALL_MS }),
    readStatus: () => ({ live: 0, members }) as unknown as StatusView, // All that is read.
    random: () => 0.5,
    onCandidate: (address, peer) => candidates.push([address, peer]),
    onWarning: (code) => warnings.push(code),
  };
  const keeper = await MemberKeeper.open(options);
  return { keeper, candidates, warnings };
}

describe('the keeper of members', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  async function kept(path: string, members: readonly MemberView[], over = {}) {
    await (await keep(path, members, over)).keeper.close();
    return (await readMembers(path)).members;
  }

  it('remembers the living and the failed, not those that left nor itself', async () => {
    const path = join(await temporaryFolder(), 'members');
    const left = view(peerId('cc'.repeat(32)), { state: 'left' });
    const self = view(peerId('dd'.repeat(32)), { self: true });
    const dead = view(BOB, { state: 'dead', heardMs: -5_000 });
    expect(await kept(path, [view(ANA), dead, left, self])).toEqual([
      saved(ANA),
      saved(BOB, { failed: true, seenMs: WALL_MS - 5_000 }),
    ]);
  });

  it('keeps whom it has not met again, until they are too long away', async () => {
    const path = join(await temporaryFolder(), 'members');
    const old = peerId('cc'.repeat(32));
    await writeMembers(path, [
      saved(BOB, { seenMs: WALL_MS - 59_000 }),
      saved(old, { seenMs: WALL_MS - 61_000 }),
    ]);
    expect((await kept(path, [view(ANA)])).map(({ peer }) => peer)).toEqual([ANA, BOB]);
    const left = view(BOB, { state: 'left' });
    expect((await kept(path, [left])).map(({ peer }) => peer)).toEqual([ANA]);
  });

  it('lets those go first that were heard longest ago', async () => {
    const path = join(await temporaryFolder(), 'members');
    const views = [view(BOB, { heardMs: -9 }), view(ANA)];
    expect((await kept(path, views, { max: 1 })).map(({ peer }) => peer)).toEqual([ANA]);
  });

  it('names candidates at the start, and again while nobody is there', async () => {
    const path = join(await temporaryFolder(), 'members');
    await writeMembers(path, [saved(ANA)]);
    const { keeper, candidates } = await keep(path, []);
    expect(candidates).toEqual([['127.0.0.1:7340', ANA]]);
    vi.advanceTimersByTime(1_000);
    expect(candidates).toHaveLength(2);
    await keeper.close();
    vi.advanceTimersByTime(9_000);
    expect(candidates).toHaveLength(2);
  });

  it('names few at a time, the latest first', async () => {
    const path = join(await temporaryFolder(), 'members');
    const old = peerId('cc'.repeat(32));
    await writeMembers(path, [saved(old, { seenMs: WALL_MS - 9 }), saved(ANA), saved(BOB)]);
    const { keeper, candidates } = await keep(path, []);
    expect(candidates.map(([, peer]) => peer)).toEqual([ANA, BOB]);
    vi.advanceTimersByTime(1_000);
    expect(candidates).toHaveLength(4);
    await keeper.close();
  });

  it('says that a file is damaged, and writes it anew', async () => {
    const path = join(await temporaryFolder(), 'members');
    await writeFile(path, 'nonsense');
    const { keeper, warnings } = await keep(path, []);
    expect(warnings).toEqual(['members-damaged']);
    await keeper.close();
    expect(await readMembers(path)).toEqual({ members: [], problem: undefined });
  });

  it('says that it cannot write, and goes on', async () => {
    const path = join(await temporaryFolder(), 'members');
    const { keeper, warnings } = await keep(path, [view(ANA)]);
    await mkdir(join(path, 'x'), { recursive: true });
    await keeper.close();
    expect(warnings).toEqual(['members-unwritable']);
  });
});

describe('a mesh that stopped as a whole', () => {
  it('finds itself again without seeds', async () => {
    const [first, second] = [await temporaryFolder(), await temporaryFolder()];
    const ana = await testPeer({ stateFolder: first });
    const bob = await testPeer({ stateFolder: second, join: [addressOf(ana)] });
    await bob.synced({ timeoutMs: 30_000 });
    const { port } = ana;
    await Promise.all([ana.close(), bob.close()]);
    const again = await testPeer({ stateFolder: first, port });
    const up = nextEvent(again, 'link', (event) => event.up && event.id === bob.id);
    await testPeer({ stateFolder: second });
    await up;
  });
});
