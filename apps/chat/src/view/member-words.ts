import { counted } from '../text/counted.js';
import { formatDuration } from '../text/duration.js';
import type { MemberNotice } from './notice.js';

/** A member's change and its reason: `cy dead: 127.0.0.1:7342 refused, silent 0.1s`. */
export function memberWords(notice: MemberNotice): string {
  switch (notice.state) {
    case 'joining':
      return `${notice.name} is joining`;
    case 'alive':
      return aliveWords(notice);
    case 'suspect':
      return `${notice.name} suspect: ${listed(suspectReasons(notice))}`;
    case 'dead':
      return `${notice.name} dead: ${listed(deadReasons(notice))}`;
    case 'left':
      return `${notice.name} left`;
  }
}

function aliveWords({ name, was, reason, address, generation, incarnation }: MemberNotice): string {
  if (reason === 'restarted') return `${name} back (gen ${generation})`;
  switch (was) {
    case 'suspect':
      return reason === 'refuted'
        ? `${name} alive: says so itself (inc ${incarnation})`
        : `${name} alive: answered`;
    case 'dead':
    case 'left':
      return reason === 'refuted' || reason === 'answered'
        ? `${name} back: not dead after all (inc ${incarnation})`
        : `${name} back (gen ${generation})`;
    case 'alive':
    case 'joining':
    case undefined:
      return address === undefined ? `${name} joined` : `${name} joined from ${address}`;
  }
}

function suspectReasons({ reason, silentMs, asked, agreed }: MemberNotice): (string | undefined)[] {
  const others = asked > 0 ? `${counted(asked, 'peer')} asked` : undefined;
  switch (reason) {
    case 'link-lost':
      return ['link lost', others];
    case 'no-answer':
      return [
        silentMs === undefined ? 'no answer' : `no answer for ${formatDuration(silentMs)}`,
        others,
      ];
    default:
      return [
        agreed > 0
          ? `${counted(agreed, 'peer')} ${agreed === 1 ? 'says' : 'say'} so`
          : 'others say so',
        silence(silentMs),
      ];
  }
}

function deadReasons(notice: MemberNotice): (string | undefined)[] {
  const { reason, silentMs, agreed, address } = notice;
  switch (reason) {
    case 'refused':
      return [`${address ?? 'its address'} refused`, silence(silentMs)];
    case 'others-agree':
      return [
        silence(silentMs),
        agreed > 0
          ? `${counted(agreed, 'peer')} ${agreed === 1 ? 'agrees' : 'agree'}`
          : 'others agree',
      ];
    case 'suspicion-timeout':
      return [
        silence(silentMs),
        agreed > 0
          ? `${counted(agreed, 'peer')} ${agreed === 1 ? 'agrees' : 'agree'}`
          : 'no sign of life',
      ];
    default:
      return ['others say so', silence(silentMs)];
  }
}

function silence(silentMs: number | undefined): string | undefined {
  return silentMs === undefined ? undefined : `silent ${formatDuration(silentMs)}`;
}

function listed(parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined).join(', ');
}
