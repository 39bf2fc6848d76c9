import { setTimeout as sleep } from 'node:timers/promises';
import type { Ending, Scene } from '../attacker/attack.js';
import { MemberLink, type MemberOptions } from '../attacker/member-link.js';
import { Offender } from '../attacker/offender.js';

/** What has begun is given this long to settle: a link opens, tables are exchanged. */
const SETTLE_MS = 100;

export const turnedAway: Ending = { cutMs: 0, code: undefined, reason: '' };

/** Links with all targets as one member; each says its piece once, and waits for what comes of it. */
export function sayOnce(
  scene: Scene,
  say: (link: MemberLink, offender: Offender) => unknown,
  hello?: (offender: Offender) => MemberOptions['hello'],
): Promise<readonly Ending[]> {
  const offender = new Offender(scene.network);
  const endings = scene.targets.map(async (target) => {
    const link = await MemberLink.open(target, { scene, offender, hello: hello?.(offender) });
    if (link === undefined) return turnedAway;
    // A lie in the hello is the offence.
    if (hello !== undefined) link.offend();
    await sleep(SETTLE_MS);
    link.offend();
    await say(link, offender);
    return link.ending(scene.forMs);
  });
  return Promise.all(endings);
}

/** The same over and over, as fast as it is taken, until the time is over or the link is cut. */
export function pour(
  scene: Scene,
  next: (link: MemberLink, offender: Offender, round: number) => Uint8Array,
  { everyMs = 0 }: { readonly everyMs?: number } = {},
): Promise<readonly Ending[]> {
  const endMs = Date.now() + scene.forMs;
  return sayOnce({ ...scene, forMs: SETTLE_MS }, async (link, offender) => {
    for (let round = 0; link.open && Date.now() < endMs; round += 1) {
      link.saySealed(next(link, offender, round));
      await link.drained();
      await sleep(everyMs);
    }
  });
}
