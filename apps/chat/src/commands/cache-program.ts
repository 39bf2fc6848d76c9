import type { Command } from 'commander';
import type { ExitCode } from '../command-line/failure.js';
import {
  amountValue,
  dialAddressValue,
  durationValue,
  levelValue,
  networkValue,
} from '../command-line/values.js';
import type { CacheCommandOptions, ReadCommandOptions, WriteCommandOptions } from './cache.js';
import type { WatchCommandOptions } from './cache-watch.js';

type Done = (exitCode: ExitCode) => void;

const EXAMPLES = `
Examples:
  hearsay cache set greeting 'good morning' --ttl 10m
  hearsay cache get greeting
  date | hearsay cache set now -     the value from stdin
  hearsay cache incr visits
  hearsay cache incr visits -- -3    less by three
  hearsay cache add tags red green   added red, green (2 elements)
  hearsay cache members tags         one a line
  hearsay cache hset user:1 name ana
  hearsay cache del user:1 tags      values, and texts of the pad: pad/notes
  hearsay cache watch user: --json
  hearsay cache doctor               do all hold the same?

It asks a peer that runs on this machine; --peer HOST:PORT asks another, with --token or HEARSAY_HTTP_TOKEN.

Exit codes: 0 ok, 1 not found or failed, 2 wrong use, 3 no peer found, 4 not held or not in sync in time.`;

/** `hearsay cache ...`: asks a running peer over HTTP. */
export function addCache(program: Command, done: Done): void {
  const cache = program
    .command('cache')
    .description('read and write the cache of a running peer')
    .addHelpText('after', EXAMPLES);
  addReads(cache, done);
  addWrites(cache, done);
  addReports(cache, done);
}

function addReads(cache: Command, done: Done): void {
  reading(cache, 'get', 'print what a key holds')
    .argument('<key>')
    .action(async (key: string, options: ReadCommandOptions) => {
      const { cacheGet } = await import('./cache.js');
      done(await cacheGet(key, options));
    });
  reading(cache, 'members', 'print the elements of a set, one a line')
    .argument('<key>')
    .action(async (key: string, options: ReadCommandOptions) => {
      const { cacheRead } = await import('./cache.js');
      done(await cacheRead(key, { type: 'set' }, options));
    });
  reading(cache, 'hget', 'print a field of a hash, or all of them')
    .argument('<key>')
    .argument('[field]')
    .action(async (key: string, field: string | undefined, options: ReadCommandOptions) => {
      const { cacheRead } = await import('./cache.js');
      const part = { type: 'hash', ...(field === undefined ? {} : { field }) } as const;
      done(await cacheRead(key, part, options));
    });
  step(cache, 'scan', 'print all keys, or those with a prefix')
    .argument('[prefix]')
    .option('--values', 'and what they hold')
    .action(async (prefix: string | undefined, options: CacheCommandOptions) => {
      const { cacheScan } = await import('./cache.js');
      done(await cacheScan(prefix ?? '', options));
    });
  step(cache, 'docs', 'list documents: bytes, how many have them open at that peer, key')
    .argument('[prefix]')
    .action(async (prefix: string | undefined, options: CacheCommandOptions) => {
      const { cacheDocuments } = await import('./cache-report.js');
      done(await cacheDocuments(prefix ?? '', options));
    });
  step(cache, 'watch', 'print changes as they happen, until it is interrupted')
    .argument('[prefix]')
    .option('--initial', 'begin with all that is there')
    .option('--from <cursor>', 'go on after the cursor of an earlier change (--json tells them)')
    .action(async (prefix: string | undefined, options: WatchCommandOptions) => {
      const { cacheWatch } = await import('./cache-watch.js');
      done(await cacheWatch(prefix ?? '', options));
    });
}

function addWrites(cache: Command, done: Done): void {
  writing(cache, 'set', 'write a value')
    .argument('<key>')
    .argument('<value>', '- reads it from stdin')
    .option('--ttl <time>', 'gone after this long', durationValue)
    .action(async (key: string, value: string, options: WriteCommandOptions) => {
      const { cacheSet } = await import('./cache.js');
      done(await cacheSet(key, value, options));
    });
  writing(cache, 'del', 'delete keys: values, and all that is in documents')
    .argument('<key...>')
    .action(async (keys: readonly string[], options: WriteCommandOptions) => {
      const { cacheDelete } = await import('./cache.js');
      done(await cacheDelete(keys, options));
    });
  writing(cache, 'incr', 'add to a counter, and print it')
    .argument('<key>')
    .argument('[by]', 'a whole number (default: 1)', amountValue)
    .action(async (key: string, by: number | undefined, options: WriteCommandOptions) => {
      const { cacheChange } = await import('./cache.js');
      done(await cacheChange(key, { op: 'incr', by: by ?? 1 }, options));
    });
  for (const [op, description] of [
    ['add', 'add elements to a set, and print how many it has then'],
    ['rem', 'remove elements of a set, and print how many are left'],
  ] as const) {
    writing(cache, op, description)
      .argument('<key>')
      .argument('<element...>')
      .action(async (key: string, values: readonly string[], options: WriteCommandOptions) => {
        const { cacheMember } = await import('./cache.js');
        done(await cacheMember(key, { op, values }, options));
      });
  }
  writing(cache, 'hset', 'write a field of a hash, and print how many it has then')
    .argument('<key>')
    .argument('<field>')
    .argument('<value>')
    .action(async (key: string, field: string, value: string, options: WriteCommandOptions) => {
      const { cacheMember } = await import('./cache.js');
      done(await cacheMember(key, { op: 'hset', fields: { [field]: value } }, options));
    });
}

function addReports(cache: Command, done: Done): void {
  step(cache, 'stats', 'entries, memory, who is behind').action(
    async (options: CacheCommandOptions) => {
      const { cacheStats } = await import('./cache-report.js');
      done(await cacheStats(options));
    },
  );
  step(cache, 'doctor', 'compare content with all live peers').action(
    async (options: CacheCommandOptions) => {
      const { cacheDoctor } = await import('./cache-report.js');
      done(await cacheDoctor(options));
    },
  );
  step(cache, 'backup', 'write all that the peer holds to a file')
    .argument('<file>')
    .action(async (file: string, options: CacheCommandOptions) => {
      const { cacheBackup } = await import('./cache.js');
      done(await cacheBackup(file, options));
    });
}

function reading(cache: Command, name: string, description: string): Command {
  return step(cache, name, description).option(
    '--read <level>',
    'ask so many peers: a number or majority (default: only this one)',
    levelValue,
  );
}

function writing(cache: Command, name: string, description: string): Command {
  return step(cache, name, description).option(
    '--write <level>',
    'wait until so many peers hold it: a number, majority or all (default: this one)',
    levelValue,
  );
}

/** A command that asks a running peer; it needs to know which. */
function step(cache: Command, name: string, description: string): Command {
  return cache
    .command(name)
    .description(description)
    .option('--json', 'one JSON object a line')
    .option('--network <name>', 'of a peer of this network (default: local)', networkValue)
    .option('--peer <host:port>', 'ask this peer', dialAddressValue)
    .option(
      '--token <token>',
      'what a peer of another machine wants to see',
      process.env['HEARSAY_HTTP_TOKEN'],
    )
    .option('--state-dir <folder>', 'where networks are kept')
    .option('--timeout <time>', 'give up after this long (default: 5s)', durationValue)
    .addHelpText('after', '\nhearsay cache --help has examples and exit codes.');
}
