import type { IncomingMessage } from 'node:http';
import { EXIT, type ExitCode, Failure } from '../command-line/failure.js';
import { EndSignals } from '../process/end-signals.js';
import { sanitiseLine } from '../text/sanitise.js';
import { type CacheCommandOptions, show } from './cache.js';
import { CacheClient } from './cache-client.js';
import { type CacheContent, contentLine } from './cache-content.js';
import { pause } from './errand.js';

export interface WatchCommandOptions extends CacheCommandOptions {
  readonly from?: string;
  readonly initial?: boolean;
}

/** A peer that goes is followed by another one after so long. */
const AGAIN_MS = 250;

/**
 * `hearsay cache watch [PREFIX]`: changes until it is interrupted. When the peer goes it asks another,
 * after the last change it has seen; nothing is left out, and what came last may come twice.
 */
export async function cacheWatch(prefix: string, options: WatchCommandOptions): Promise<ExitCode> {
  const signals = new EndSignals();
  try {
    return await Promise.race([follow(prefix, options), signals.first.then(() => EXIT.ok)]);
  } finally {
    signals.stop();
  }
}

async function follow(prefix: string, options: WatchCommandOptions): Promise<never> {
  const client = new CacheClient(options);
  let cursor = options.from;
  for (;;) {
    const response = await open(client, prefix, { ...options, from: cursor });
    let text = '';
    try {
      for await (const part of response) {
        const blocks = `${text}${String(part)}`.split('\n\n');
        text = blocks.pop() ?? '';
        for (const block of blocks) cursor = tell(block, options) ?? cursor;
      }
    } catch {
      // It went away: another one goes on.
    }
    await pause(AGAIN_MS);
  }
}

/** @throws Failure */
async function open(
  client: CacheClient,
  prefix: string,
  { from, initial }: { readonly from: string | undefined; readonly initial?: boolean },
): Promise<IncomingMessage> {
  const query = new URLSearchParams({ watch: '', values: '', prefix });
  if (from !== undefined) query.set('from', from);
  else if (initial === true) query.set('initial', '');
  const response = await client.open({ path: `/cache?${query}` });
  if (response.statusCode === 400) throw new Failure('this is no cursor of a cache', EXIT.usage);
  if (response.statusCode !== 200) {
    throw new Failure(`the peer refused (${response.statusCode ?? 0})`, EXIT.failed);
  }
  return response.setEncoding('utf8');
}

/** @returns the cursor of what was told */
function tell(block: string, options: WatchCommandOptions): string | undefined {
  const fields = new Map(
    block.split('\n').map((line) => {
      const colon = line.indexOf(': ');
      return [line.slice(0, colon), line.slice(colon + 2)] as const;
    }),
  );
  const [event, cursor, data] = [fields.get('event'), fields.get('id'), fields.get('data')];
  if (event === undefined || data === undefined) return cursor;
  // As the peer's own program writes it.
  const facts = JSON.parse(data) as { readonly key?: string } & Partial<CacheContent>;
  show(options, event, { cursor, ...facts }, () => {
    if (event === 'reset') return ['reset: some changes were missed; all that is there follows'];
    const shown = facts.type === undefined ? '' : ` = ${contentLine(facts as CacheContent)}`;
    return [sanitiseLine(`${event} ${facts.key ?? ''}${shown}`)];
  });
  return cursor;
}
