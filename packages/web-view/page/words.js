// @ts-check
// How numbers and states are worded. Nothing here touches the page, so that it can be tested without one.

/** @typedef {import('../src/snapshot.js').Snapshot} Snapshot */
/** @typedef {import('../src/snapshot.js').MemberSnapshot} Member */

/** What is told goes round in about two seconds, and each time to some. */
const FRESH_MS = 6_000;

/**
 * An age or a time: `0.3s`, `12s`, `4m`, `3h`.
 * @param {number} milliseconds
 */
export function ageWords(milliseconds) {
  const seconds = Math.max(0, milliseconds) / 1_000;
  if (seconds < 9.95) return `${seconds.toFixed(1)}s`;
  if (seconds < 100) return `${Math.round(seconds)}s`;
  if (seconds < 6_000) return `${Math.round(seconds / 60)}m`;
  return `${Math.round(seconds / 3_600)}h`;
}

/** @type {Readonly<Record<Member['state'], readonly [glyph: string, kind: string]>>} */
const STATES = {
  joining: ['…', 'soft'],
  alive: ['●', 'good'],
  suspect: ['◐', 'warn'],
  dead: ['✗', 'alarm'],
  left: ['-', 'soft'],
};

/**
 * Glyph, and the class that colours it; the word stands beside it.
 * @param {Member['state']} state
 */
export function stateMark(state) {
  return STATES[state];
}

/**
 * How a member stands to this peer, with nothing live-looking for those that are not alive.
 * @param {Member} member
 * @param {number} sinceMs since the snapshot was taken
 * @returns {readonly [words: string, kind: string]}
 */
export function syncWords(member, sinceMs) {
  const { state, self, lacks, ahead, inSync, diverged, toldMs, lackedAtDeath } = member;
  if (self) return ['this peer', 'soft'];
  if (diverged) return ['DIVERGED', 'alarm'];
  if (state === 'left') return ['', 'soft'];
  if (state === 'dead') {
    if (lackedAtDeath === null) return ['unknown', 'old'];
    return [lackedAtDeath === 0 ? 'had all at death' : `lacked ${lackedAtDeath} at death`, 'old'];
  }
  if (toldMs === null) return ['unknown', 'old'];
  if (state === 'suspect') return [`unknown (was ${inSync ? '=' : `-${lacks}`})`, 'old'];
  const age = toldMs + sinceMs;
  const told = age > FRESH_MS ? ` (${ageWords(age)} ago)` : '';
  if (inSync) return [`in sync${told}`, told === '' ? 'good' : 'old'];
  const parts = [lacks > 0 ? `lacks ${lacks}` : '', ahead > 0 ? `has ${ahead} we lack` : ''];
  return [(parts.filter((part) => part !== '').join(', ') || 'comparing') + told, 'warn'];
}

/**
 * The state of agreement in one line.
 * @param {Snapshot} snapshot
 * @returns {readonly [words: string, kind: string]}
 */
export function agreementWords({ live, inSync, isolated, members, messages, hash }) {
  if (members.some(({ diverged }) => diverged))
    return ['✗ DIVERGED: equal clocks, different content', 'alarm'];
  if (isolated) return ['◐ isolated: most links broke at once, nobody is judged', 'warn'];
  if (live === 0) return [`○ alone: 0 live peers, ${messages} messages here`, 'soft'];
  const state = `state ${hash.slice(0, 8)}, ${messages} messages`;
  if (inSync === live) return [`● in sync with ${inSync} of ${live} live peers · ${state}`, 'good'];
  const behind = members
    .filter((member) => !member.self && member.state === 'alive' && member.lacks > 0)
    .map(({ label, lacks }) => `${label} ${lacks} behind`);
  return [[`◐ ${inSync} of ${live} live peers in sync`, ...behind, state].join(' · '), 'warn'];
}

/**
 * Messages that the live member furthest behind lacks; what others have and this peer lacks counts too.
 * @param {Snapshot} snapshot
 */
export function furthestBehind({ members }) {
  const live = members.filter(({ self, state }) => !self && state === 'alive');
  return Math.max(0, ...live.map(({ lacks, ahead }) => Math.max(lacks, ahead)));
}

/**
 * How many are in which state.
 * @param {Snapshot} snapshot
 */
export function countWords({ members, hidden }) {
  const states = /** @type {const} */ (['alive', 'joining', 'suspect', 'dead', 'left']);
  const counts = states.flatMap((state) => {
    const count = members.filter((member) => member.state === state).length;
    return count === 0 ? [] : [`${count} ${state}`];
  });
  const more = hidden > 0 ? `, ${hidden} not shown` : '';
  return `${members.length + hidden} members: ${counts.join(', ')}${more}`;
}
