import type { BreakerView, ProviderView } from '@hearsay/services';
import type { ServiceRow } from '../model/surroundings.js';

/** One row a service; those with a breaker that is not closed first. */
export function serviceRows(
  providers: readonly ProviderView[],
  breakers: readonly BreakerView[],
): ServiceRow[] {
  const names = new Set([...providers, ...breakers].map(({ service }) => service));
  const rows = [...names].map((service): ServiceRow => {
    const ofService = providers.filter((each) => each.service === service);
    return {
      service,
      providers: ofService.length,
      ready: ofService.filter(({ status }) => status === 'ready').length,
      breakers: breakers.filter((each) => each.service === service),
    };
  });
  // A sort keeps the order of equals, which is that of the names.
  return rows.sort((left, right) => Number(isClosed(left)) - Number(isClosed(right)));
}

function isClosed({ breakers }: ServiceRow): boolean {
  return breakers.length === 0;
}
