import type { PeerId } from '@hearsay/core';
import type { Peer, PeerEventName, PeerEvents } from '@hearsay/node';
import { isVisitor, type Names } from '../../chat/names.js';
import { peerFields } from '../../json/objects.js';
import { counted } from '../../text/counted.js';
import { formatDuration } from '../../text/duration.js';
import { sanitiseLine } from '../../text/sanitise.js';
import type { Tone } from '../../view/notice-words.js';
import type { MeshEvent } from './mesh-event.js';

type Told = Omit<MeshEvent, 'atMs'>;

/** Follows all that happens in a mesh, in words and as objects. @returns what ends that */
export function followMesh(
  { peer, names }: { readonly peer: Peer; readonly names: Names },
  tell: (event: MeshEvent) => void,
): () => void {
  const on = <Name extends PeerEventName>(
    name: Name,
    read: (event: PeerEvents[Name]) => Told | undefined,
  ): (() => void) =>
    peer.on(name, (event) => {
      const told = read(event);
      if (told !== undefined) tell({ atMs: Date.now(), ...told });
    });
  const nameOf = (id: PeerId): string => names.of(id);
  const about = (id: PeerId, type: string, fields: Told['fields']) => ({
    peer: id,
    who: nameOf(id),
    type,
    fields,
  });
  const stops = [
    on('member', (event) => {
      const { member, was } = event;
      // Commands come and go: of one that went before we were here there is nothing to tell.
      const wasNeverHere = isVisitor(member) && was === undefined && member.state === 'left';
      if (member.self || wasNeverHere) return undefined;
      const { id } = member;
      return { ...about(id, 'peer', peerFields(event)), ...memberWords(event) };
    }),
    on('link', ({ id, up, address, reason }) => ({
      ...about(id, 'link', { id, up, address: address ?? null, reason }),
      text: up ? `link up (${sanitiseLine(reason)})` : downWords(sanitiseLine(reason)),
      tone: up ? 'quiet' : 'warn',
    })),
    on('caught-up', ({ id, messages, tookMs }) => ({
      ...about(id, 'caught-up', { id, messages, tookMs: Math.round(tookMs) }),
      text: `gave us ${counted(messages, 'message')} that we lacked, in ${formatDuration(tookMs)}`,
      tone: 'good',
    })),
    on('lagged', (event) => ({
      ...about(event.id, 'lagged', { ...event }),
      text: `reads too slowly: ${event.frames} frames dropped, sync will bring them`,
      tone: 'warn',
    })),
    on('isolated', (event) => ({
      ...ours('isolated', { ...event }),
      text: event.isolated
        ? `lost ${event.lost} of ${event.of} links at once: isolated, calling nobody dead`
        : 'no longer isolated',
      tone: event.isolated ? 'warn' : 'good',
    })),
    on('stalled', ({ ms }) => ({
      ...ours('stalled', { ms: Math.round(ms) }),
      text: `this process did not run for ${formatDuration(ms)}`,
      tone: 'warn',
    })),
    on('refused', (event) => ({
      ...ours('refused', { ...event, address: event.address ?? null }),
      who: sanitiseLine(event.address ?? ''),
      text: `refused by ${event.by}: ${sanitiseLine(event.reason)}`,
      tone: 'warn',
    })),
    on('dial-failed', dialFailed),
    on('gap', (event) => ({
      ...ours('gap', { ...event }),
      who: `~${event.stream.slice(0, 4)}`,
      text: `messages ${event.from} to ${event.to} are lost: nobody keeps them any more`,
      tone: 'warn',
    })),
    on('warning', (event) => ({
      ...ours('warning', { ...event }),
      text: sanitiseLine(event.message),
      tone: 'warn',
    })),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

/** An address is dialled for ever: of its failures the 1st, 2nd, 4th, 8th and so on are told. */
function dialFailed(event: PeerEvents['dial-failed']): Told | undefined {
  const { address, detail, attempt, retryMs } = event;
  if (Math.log2(attempt) % 1 !== 0) return undefined;
  const next = formatDuration(retryMs);
  return {
    ...ours('dial-failed', { ...event, retryMs: Math.round(retryMs) }),
    text: `${sanitiseLine(address)} does not answer: ${sanitiseLine(detail)}; attempt ${attempt}, next in ${next}`,
    tone: 'quiet',
  };
}

function downWords(reason: string): string {
  return reason === '' ? 'link down' : `link down: ${reason}`;
}

function ours(type: string, fields: Told['fields']): Omit<Told, 'text' | 'tone'> {
  return { peer: undefined, who: '', type, fields };
}

/** `alive -> suspect  0.8s after the last word; 2 asked` */
function memberWords(event: PeerEvents['member']): { text: string; tone: Tone } {
  const { member, was, reason, silentMs, agreed, asked } = event;
  const parts = [
    silentMs === undefined || member.state === 'alive' || member.state === 'left'
      ? undefined
      : `${formatDuration(silentMs)} after the last word`,
    asked > 0 && member.state === 'suspect' ? `${asked} asked to probe it` : undefined,
    agreed > 0 ? `${agreed} ${agreed === 1 ? 'other agrees' : 'others agree'}` : undefined,
    reason.replaceAll('-', ' '),
    member.state === 'alive' ? `run ${member.generation}, inc ${member.incarnation}` : undefined,
  ].filter((part) => part !== undefined);
  const step =
    was === undefined || was === member.state ? member.state : `${was} -> ${member.state}`;
  const tone: Tone =
    member.state === 'dead'
      ? 'alarm'
      : member.state === 'suspect'
        ? 'warn'
        : member.state === 'alive'
          ? 'good'
          : 'quiet';
  return { text: `${step}  ${parts.join('; ')}`, tone };
}
