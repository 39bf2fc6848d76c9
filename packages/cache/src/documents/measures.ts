import type { Measure, PeerHttp } from '@hearsay/node';
import type { DocumentsSummary } from './document-host.js';

const LOOK_MS = 50;

/** Adds what documents tell about themselves to `/metrics`. @returns a function that takes it away */
export function addDocumentMeasures(read: () => DocumentsSummary, http: PeerHttp): () => void {
  let status = read();
  let takenMs = performance.now();
  // One look serves all numbers of a scrape.
  const look = (): DocumentsSummary => {
    if (performance.now() - takenMs > LOOK_MS) {
      status = read();
      takenMs = performance.now();
    }
    return status;
  };
  const stops = measuresOf(look).map((measure) => http.measure(measure));
  return () => {
    for (const stop of stops) stop();
  };
}

function measuresOf(status: () => DocumentsSummary): readonly Measure[] {
  const one = (
    kind: 'gauge' | 'counter',
    name: string,
    help: string,
    read: (status: DocumentsSummary) => number,
  ): Measure => ({
    name: `hearsay_documents${name}`,
    help,
    kind,
    read: () => read(status()),
  });
  return [
    one('gauge', '', 'Documents known, in memory or not.', ({ documents }) => documents),
    one('gauge', '_blank', 'Of them, those in which nothing is left.', ({ blank }) => blank),
    one('gauge', '_loaded', 'Documents in memory.', ({ loaded }) => loaded),
    one('gauge', '_loaded_bytes', 'What those take as one update each, or less.', ({ bytes }) => {
      return bytes;
    }),
    one('gauge', '_clients', 'Yjs clients that are connected here.', ({ clients }) => clients),
    one('gauge', '_pulling', 'Documents that are pulled, or wait for that.', ({ pulling }) => {
      return pulling;
    }),
    one('gauge', '_held_updates', 'Updates that wait behind holes.', ({ held }) => held),
    one('counter', '_pulled_total', 'Answers taken over whole.', ({ pulled }) => pulled),
    one('counter', '_forgotten_total', 'Deletions that all members knew.', (now) => now.forgotten),
    one('counter', '_discarded_total', 'Documents deleted while this peer was away.', (now) => {
      return now.discarded;
    }),
    one('counter', '_ignored_total', 'Posts for documents without room.', (now) => now.ignored),
    {
      name: 'hearsay_documents_updates_total',
      help: 'Edits applied, made at this peer and its clients or come from other peers.',
      kind: 'counter',
      labels: ['from'],
      read: () => {
        const { updatesHere, updatesFromPeers } = status();
        return [
          { labels: { from: 'here' }, value: updatesHere },
          { labels: { from: 'peers' }, value: updatesFromPeers },
        ];
      },
    },
    {
      name: 'hearsay_documents_refused_total',
      help: 'Clients sent away.',
      kind: 'counter',
      labels: ['reason'],
      read: () => {
        return Object.entries(status().refused).map(([reason, value]) => ({
          labels: { reason },
          value,
        }));
      },
    },
  ];
}
