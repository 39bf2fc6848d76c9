import { cp } from 'node:fs/promises';
import path from 'node:path';
import { createPeer, openNetwork, type StoredNetwork } from '@hearsay/node';

/** Where a peer keeps its things, and who it is. */
export interface Place {
  readonly network: StoredNetwork;
  readonly nick: string;
}

const ROOM_TOPIC = 'room/lobby';
/** A line of chat. */
const TEXT = 'all work and no play makes jack a dull boy, said the log, and wrote it down again';

/** Opens the network of a folder, as the chat program does. */
export function networkIn(base: string): Promise<StoredNetwork> {
  return openNetwork(base, undefined);
}

/** Says so many messages, each in a turn of its own, as people do: the dearest log there is. */
export async function fill({ network, nick }: Place, messages: number): Promise<void> {
  // People pause between two messages; what follows soon would wait for company here.
  const timings = { batchQuietMs: 0, batchGapMs: 0 };
  const peer = await createPeer({ ...optionsOf({ network, nick }), discover: false, timings });
  try {
    for (let count = 1; count <= messages; count++) {
      const text = `${count} ${TEXT}`;
      const payload = JSON.stringify({ v: 1, k: 'say', text, nick });
      const { id } = peer.publish(ROOM_TOPIC, payload);
      await peer.stored(id);
    }
  } finally {
    await peer.close();
  }
}

/** Gives another profile the same messages: a log is the same for all who hold it. */
export async function copyLog(from: Place, to: Place): Promise<void> {
  await cp(path.join(folderOf(from), 'log'), path.join(folderOf(to), 'log'), { recursive: true });
}

function folderOf({ network, nick }: Place): string {
  return path.join(network.folder, nick);
}

/** Options of a peer in that place. */
export function optionsOf(place: Place): {
  nick: string;
  port: number;
  network: string;
  keys: StoredNetwork['keys'];
  stateFolder: string;
} {
  const { network, nick } = place;
  return {
    nick,
    port: 0,
    network: network.network,
    keys: network.keys,
    stateFolder: folderOf(place),
  };
}
