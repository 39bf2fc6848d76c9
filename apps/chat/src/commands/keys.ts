import { type KeyId, type PeerMember, shortKeyId } from '@hearsay/node';
import { type KeyHolders, keyHolders, keyRecipients, knownKeys } from '../chat/key-holders.js';
import { Names } from '../chat/names.js';
import { EXIT, type ExitCode, Failure } from '../command-line/failure.js';
import { eventLine } from '../json/encode.js';
import { keyFields } from '../json/objects.js';
import { type Column, tableRows } from '../view/table.js';
import { type Errand, type ErrandOptions, meetPeers, pause, runErrand } from './errand.js';

export interface KeysOptions extends ErrandOptions {
  readonly json?: boolean;
}

export interface ChangeOptions extends KeysOptions {
  readonly force?: boolean;
}

export interface InstallOptions extends KeysOptions {
  readonly except?: readonly string[];
}

const DEFAULT_TIMEOUT_MS = 10_000;
const LOOK_AGAIN_MS = 50;
const SHORTEST_PREFIX = 4;
const COLUMNS: readonly Column[] = ['KEY', 'HAVE', 'USE', 'HERE'].map((title) => ({
  title,
  align: 'left',
}));

/** `hearsay keys list`: which keys there are, and how many live members have and use each. */
export function listKeys(options: KeysOptions): Promise<ExitCode> {
  return visit(options, ({ peer }) => {
    const members = peer.members();
    const holders = knownKeys(peer.keys.ids, members).map((key) => keyHolders(key, members));
    if (options.json === true) {
      for (const each of holders) {
        const here = {
          here: peer.keys.ids.includes(each.key),
          inUse: peer.keys.ids[0] === each.key,
        };
        print(eventLine('key', { ...keyFields(each), ...here }, Date.now()));
      }
      return EXIT.ok;
    }
    const rows = holders.map(({ key, have, use, of }) => [
      shortKeyId(key),
      `${have} of ${of}`,
      `${use} of ${of}`,
      hereWord(key, peer.keys.ids),
    ]);
    print(tableRows(COLUMNS, rows).join('\n'));
    return EXIT.ok;
  });
}

/** `hearsay keys install [KEY]`: hands a new key, or one that is here, to every member. */
export function installKey(word: string | undefined, options: InstallOptions): Promise<ExitCode> {
  return visit(options, async (errand) => {
    const { peer } = errand;
    const left = findMembers(options.except ?? [], peer.members());
    const to = keyRecipients(peer.members()).filter(({ id }) => !left.has(id));
    const id = word === undefined ? undefined : findKey(word, peer.keys.ids);
    const key = peer.keys.install({ to: to.map((member) => member.id), ...(id && { id }) });
    const look = (): KeyHolders => keyHolders(key, peer.members());
    const isDone = (): boolean => look().lacking.every((member) => left.has(member.id));
    await waitFor(errand, isDone);
    const holders = look();
    const away = to.filter((member) => member.state === 'dead' || member.state === 'left');
    const again = `run hearsay keys install ${shortKeyId(key)} again`;
    return report(options, {
      op: 'install',
      holders,
      said: installedWords(holders, away),
      trouble: isDone() ? undefined : `${namesOf(holders.lacking)} lack it; ${again}`,
    });
  });
}

/** `hearsay keys use KEY`: has every member dial with it. */
export function useKey(word: string, options: ChangeOptions): Promise<ExitCode> {
  return visit(options, async (errand) => {
    const { peer } = errand;
    const key = findKey(word, peer.keys.ids);
    const look = (): KeyHolders => keyHolders(key, peer.members());
    const { lacking, of } = look();
    if (lacking.length > 0 && options.force !== true) {
      const what = `${lacking.length} of ${of} members lack key ${shortKeyId(key)}`;
      const advice = `run hearsay keys install ${shortKeyId(key)} again, or leave them behind with --force`;
      throw new Failure(`${what}: ${namesOf(lacking)}; ${advice}`, EXIT.notInSync);
    }
    peer.keys.use(key);
    await waitFor(errand, () => look().use === look().have);
    const holders = look();
    const others = holders.of - holders.use;
    return report(options, {
      op: 'use',
      holders,
      said: `using key ${shortKeyId(key)}: ${holders.use} of ${holders.of} members dial with it`,
      trouble: others === 0 || options.force === true ? undefined : `${others} do not yet`,
    });
  });
}

/** `hearsay keys remove KEY`: has every member refuse it. */
export function removeKey(word: string, options: ChangeOptions): Promise<ExitCode> {
  return visit(options, async (errand) => {
    const { peer } = errand;
    const key = findKey(word, knownKeys(peer.keys.ids, peer.members()));
    const look = (): KeyHolders => keyHolders(key, peer.members());
    const { using } = look();
    if (using.length > 0 && options.force !== true && peer.keys.ids[0] !== key) {
      const advice = 'run hearsay keys use KEY with another one first';
      const what = `key ${shortKeyId(key)} is in use by ${namesOf(using)}`;
      throw new Failure(`${what}; ${advice}, or shut them out with --force`, EXIT.notInSync);
    }
    peer.keys.remove(key);
    await waitFor(errand, () => look().have === 0);
    const holders = look();
    return report(options, {
      op: 'remove',
      holders,
      said: `removed key ${shortKeyId(key)}: ${holders.of - holders.have} of ${holders.of} members refuse it`,
      trouble:
        holders.have === 0 || options.force === true ? undefined : `${holders.have} do not yet`,
    });
  });
}

/** Whoever is named can read the key: a name that does not belong there is to be seen. */
function installedWords(
  { key, have, of, having }: KeyHolders,
  away: readonly PeerMember[],
): string {
  const who = having.length === 0 ? '' : ` (${namesOf(having)})`;
  const said = `installed key ${shortKeyId(key)}: ${have} of ${of} members have it${who}`;
  return away.length === 0 ? said : `${said}; on return it is there for ${namesOf(away)}`;
}

function visit(
  options: KeysOptions,
  work: (errand: Errand) => Promise<ExitCode> | ExitCode,
): Promise<ExitCode> {
  const timeoutMs = options.timeout ?? DEFAULT_TIMEOUT_MS;
  return runErrand('keys', { nick: 'keys', timeoutMs, options }, async (errand) => {
    await meetPeers(errand);
    return work(errand);
  });
}

interface Report {
  readonly op: 'install' | 'use' | 'remove';
  readonly holders: KeyHolders;
  readonly said: string;
  /** What is not as it should be, in time. */
  readonly trouble: string | undefined;
}

function report({ json }: KeysOptions, { op, holders, said, trouble }: Report): ExitCode {
  print(json === true ? eventLine('keys', { op, ...keyFields(holders) }, Date.now()) : said);
  if (trouble === undefined) return EXIT.ok;
  throw new Failure(trouble, EXIT.notInSync);
}

/** Looks until it is so, or the time is up. */
async function waitFor({ remainingMs, signal }: Errand, isSo: () => boolean): Promise<void> {
  while (!isSo() && remainingMs() > 0) {
    signal.throwIfAborted();
    await pause(Math.min(LOOK_AGAIN_MS, remainingMs()));
  }
}

/** The key whose id begins so. */
function findKey(word: string, ids: readonly KeyId[]): KeyId {
  const found = ids.filter((id) => id.startsWith(word.toLowerCase()));
  const [only] = found;
  if (only !== undefined && found.length === 1 && word.length >= SHORTEST_PREFIX) return only;
  const why = found.length > 1 ? 'several keys begin so' : 'no such key here';
  throw new Failure(`${why}: ${JSON.stringify(word)}; hearsay keys list shows them`);
}

function findMembers(
  words: readonly string[],
  members: readonly PeerMember[],
): ReadonlySet<string> {
  const names = new Names(members);
  return new Set(
    words.map((word) => {
      const found = names.find(word);
      if (found.kind === 'one') return found.id;
      const why =
        found.kind === 'several' ? `use one of ${found.names.join(', ')}` : 'not known here';
      throw new Failure(`no member ${JSON.stringify(word)}: ${why}`);
    }),
  );
}

function namesOf(members: readonly PeerMember[]): string {
  const names = new Names(members);
  return members.map(({ id }) => names.of(id)).join(', ');
}

function hereWord(key: KeyId, ids: readonly KeyId[]): string {
  if (ids[0] === key) return 'in use';
  return ids.includes(key) ? 'yes' : 'no';
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
