import { LOCAL_NETWORK } from '@hearsay/node';

/** The first port tried when none is asked for, and the last before any free one is taken. */
export const FIRST_PORT = 7_340;
const LAST_PORT = 7_359;

export interface StartView {
  readonly nick: string;
  readonly port: number;
  readonly generation: number;
  readonly room: string;
  /** What the network is called here. */
  readonly network: string;
  /** Whether the network is here for the first time: made now, or joined by an invite. */
  readonly arrival: 'known' | 'made' | 'joined';
  /** False when the port was asked for by number. */
  readonly anyPort: boolean;
  readonly lan: boolean;
  readonly discover: boolean;
  readonly join: readonly string[];
  /** Where other machines reach us, with `--lan`. */
  readonly lanAddresses: readonly string[];
  /** Of the page about the mesh, with `--web`. */
  readonly page?: string | undefined;
}

/** The first line on the screen: who, where, and what happens now, so that silence is never a riddle. */
export function startLine(view: StartView): string {
  const parts = [`${view.nick}@${view.port}`, `room ${view.room}`];
  const network = networkWords(view);
  if (network !== undefined) parts.push(network);
  if (view.generation > 1) parts.push(`gen ${view.generation}`);
  const moved = view.anyPort ? portWords(view.port) : undefined;
  if (moved !== undefined) parts.push(moved);
  if (view.page !== undefined) parts.push(`page ${view.page}`);
  parts.push(lookingWords(view));
  return parts.join('  ');
}

/** How somebody elsewhere joins, or how we come back. */
export function elsewhereLine({ nick, network, arrival, lan, lanAddresses }: StartView): string {
  const help = '/help lists the commands.';
  if (arrival === 'joined') return `Next time: hearsay ${nick}${networkOption(network)}.  ${help}`;
  if (!lan) return `Other machines: start with --lan.  ${help}`;
  if (lanAddresses.length === 0) return `This machine has no other address.  ${help}`;
  return `Other machines: /invite prints how to join.  ${help}`;
}

function networkWords({ network, arrival }: StartView): string | undefined {
  switch (arrival) {
    case 'joined':
      return `joined network ${network}`;
    case 'made':
      return network === LOCAL_NETWORK ? undefined : `new network ${network}`;
    case 'known':
      return network === LOCAL_NETWORK ? undefined : `network ${network}`;
  }
}

function networkOption(network: string): string {
  return network === LOCAL_NETWORK ? '' : ` --network ${network}`;
}

function portWords(port: number): string | undefined {
  if (port === FIRST_PORT) return undefined;
  if (port > LAST_PORT || port < FIRST_PORT)
    return `ports ${FIRST_PORT}-${LAST_PORT} busy, took ${port}.`;
  const busy = port === FIRST_PORT + 1 ? `port ${FIRST_PORT}` : `ports ${FIRST_PORT}-${port - 1}`;
  return `${busy} busy, took ${port}.`;
}

function lookingWords({ lan, discover, join }: StartView): string {
  const where = lan ? 'on this network' : 'on this machine';
  const dialling = `dialling ${join.join(', ')}`;
  if (discover)
    return join.length === 0 ? `alone, looking ${where}.` : `alone, looking ${where}, ${dialling}.`;
  return join.length === 0 ? 'alone, waiting to be dialled.' : `alone, ${dialling}.`;
}
