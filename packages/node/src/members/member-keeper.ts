import type { Address, MemberView, Now, PeerId, StatusView } from '@hearsay/core';
import { reasonOf } from '../errors.js';
import { type FoundMembers, readMembers, type SavedMember, writeMembers } from './member-file.js';

/** What a keeper needs. */
export interface MemberKeeperOptions {
  readonly path: string;
  readonly limits: { readonly savedMembersMax: number; readonly membersTriedMax: number };
  readonly timers: {
    readonly membersFirstSaveMs: number;
    readonly membersSaveMs: number;
    readonly membersForgetMs: number;
  };
  readonly readNow: () => Now;
  readonly readStatus: () => StatusView;
  readonly random: () => number;
  /** Somebody may be there. */
  readonly onCandidate: (address: Address, peer: PeerId) => void;
  readonly onWarning: (code: string, message: string) => void;
}

/**
 * Remembers members over restarts, the failed ones too, so that a peer finds its mesh again
 * without seeds or discovery. It looks at the member table now and then and writes when that
 * has changed; losing the last look costs nothing but a later meeting.
 */
export class MemberKeeper {
  readonly #options: MemberKeeperOptions;
  /** By peer: as loaded, then as seen. */
  #saved = new Map<PeerId, SavedMember>();
  #written = '';
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  private constructor(options: MemberKeeperOptions, { members, problem }: FoundMembers) {
    this.#options = options;
    for (const member of members) this.#saved.set(member.peer, member);
    this.#written = problem === undefined ? fingerprint(members) : '';
    if (problem !== undefined) options.onWarning('members-damaged', problem);
  }

  /** Reads what an earlier run left, and names it as worth dialling. */
  static async open(options: MemberKeeperOptions): Promise<MemberKeeper> {
    const keeper = new MemberKeeper(options, await readMembers(options.path));
    keeper.#offer(keeper.#latest());
    keeper.#wait(options.timers.membersFirstSaveMs);
    return keeper;
  }

  /** Writes a last time. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    this.#save();
    await this.#writing;
  }

  #wait(ms: number): void {
    const jittered = ms * (0.75 + this.#options.random() / 2);
    this.#timer = setTimeout(() => {
      this.#save();
      if (this.#options.readStatus().live === 0) this.#offer(this.#anybody());
      this.#wait(this.#options.timers.membersSaveMs);
    }, jittered);
    this.#timer.unref();
  }

  /** One that answers is enough: it knows the others. */
  #offer(members: readonly SavedMember[]): void {
    for (const { peer, addresses } of members.slice(0, this.#options.limits.membersTriedMax)) {
      for (const address of addresses) this.#options.onCandidate(address, peer);
    }
  }

  #latest(): readonly SavedMember[] {
    return [...this.#saved.values()].toSorted((left, right) => right.seenMs - left.seenMs);
  }

  #anybody(): readonly SavedMember[] {
    const drawn = [...this.#saved.values()].map((member) => {
      return { member, lot: this.#options.random() };
    });
    return drawn.toSorted((left, right) => left.lot - right.lot).map(({ member }) => member);
  }

  #save(): void {
    const { limits, path, timers } = this.#options;
    const now = this.#options.readNow();
    for (const view of this.#options.readStatus().members) this.#note(view, now);
    const oldestMs = now.wallMs - timers.membersForgetMs;
    const members = this.#latest()
      .filter(({ seenMs }) => seenMs >= oldestMs)
      .slice(0, limits.savedMembersMax);
    this.#saved = new Map(members.map((member) => [member.peer, member]));
    const content = fingerprint(members);
    if (content === this.#written) return;
    this.#written = content;
    this.#writing = this.#writing
      .then(() => writeMembers(path, members))
      .catch((error: unknown) => {
        this.#written = '';
        const message = `cannot remember members in ${path}: ${reasonOf(error)}`;
        this.#options.onWarning('members-unwritable', message);
      });
  }

  #note(view: MemberView, { monotonicMs, wallMs }: Now): void {
    const { peer, addresses, heardMs, self, state } = view;
    if (self) return;
    if (state === 'left' || addresses.length === 0) {
      this.#saved.delete(peer);
      return;
    }
    const seenMs =
      heardMs === undefined
        ? (this.#saved.get(peer)?.seenMs ?? wallMs)
        : Math.round(wallMs - (monotonicMs - heardMs));
    this.#saved.set(peer, { peer, addresses, seenMs, failed: state === 'dead' });
  }
}

/** What a new file would say that the old one does not; times alone only by the hour. */
function fingerprint(members: readonly SavedMember[]): string {
  const HOUR_MS = 3_600_000;
  const rows = members.map(({ peer, addresses, seenMs, failed }) => {
    return [peer, addresses, Math.floor(seenMs / HOUR_MS), failed] as const;
  });
  return JSON.stringify(rows.toSorted(([left], [right]) => (left < right ? -1 : 1)));
}
