import { type BreakerView, openServices, type ProviderView } from '@hearsay/services';
import { EXIT, type ExitCode } from '../command-line/failure.js';
import { eventLine } from '../json/encode.js';
import { breakerFields, serviceFields } from '../json/service-objects.js';
import { sanitiseLine } from '../text/sanitise.js';
import { type Column, tableRows } from '../view/table.js';
import { type ErrandOptions, meetPeers, pause, runErrand } from './errand.js';

export interface ServicesOptions extends ErrandOptions {
  readonly json?: boolean;
}

const DEFAULT_TIMEOUT_MS = 5_000;
/** Neighbours hand over what they know on the first round of sync, which is at most a second away. */
const LISTEN_MS = 1_500;
const SHORT_ID_CHARS = 8;

const COLUMNS: readonly Column[] = [
  { title: 'SERVICE', align: 'left' },
  { title: 'VERSION', align: 'left' },
  { title: 'PROVIDER', align: 'left' },
  { title: 'STATUS', align: 'left' },
  { title: 'HOST', align: 'left' },
  { title: 'BREAKERS', align: 'left' },
];

/** `hearsay services`: who provides what, and which breakers are not closed at whom. */
export function services(options: ServicesOptions): Promise<ExitCode> {
  const timeoutMs = options.timeout ?? DEFAULT_TIMEOUT_MS;
  return runErrand('services', { nick: 'services', timeoutMs, options }, async (errand) => {
    const opened = openServices(errand.peer);
    try {
      await meetPeers(errand);
      await pause(Math.min(LISTEN_MS, errand.remainingMs()));
      errand.signal.throwIfAborted();
      const providers = opened.providers();
      const breakers = opened.breakers();
      const lines =
        options.json === true ? jsonLines(providers, breakers) : tableLines(providers, breakers);
      process.stdout.write(lines.map((line) => `${line}\n`).join(''));
      return EXIT.ok;
    } finally {
      opened.close();
    }
  });
}

function jsonLines(providers: readonly ProviderView[], breakers: readonly BreakerView[]): string[] {
  const now = Date.now();
  return [
    ...providers.map((view) => eventLine('service', serviceFields(view), now)),
    ...breakers.map((view) => eventLine('breaker', breakerFields(view), now)),
  ];
}

function tableLines(
  providers: readonly ProviderView[],
  breakers: readonly BreakerView[],
): string[] {
  if (providers.length === 0) return ['nobody provides a service'];
  const rows = providers.map((view) => {
    const { service, version, provider, nick, status, host } = view;
    const label = nick ?? provider.slice(0, SHORT_ID_CHARS);
    return [service, version, label, status, host, breakerWords(view, breakers)].map(sanitiseLine);
  });
  return tableRows(COLUMNS, rows);
}

/** `open at 2`: the breakers of two callers do not let them call it. */
function breakerWords(
  { service, provider }: ProviderView,
  breakers: readonly BreakerView[],
): string {
  const states = breakers
    .filter((each) => each.service === service)
    .filter((each) => each.provider === undefined || each.provider === provider)
    .map(({ state }) => state);
  if (states.length === 0) return 'closed';
  const counts = [...new Set(states)].map(
    (state) => `${state} at ${states.filter((each) => each === state).length}`,
  );
  return counts.join(', ');
}
