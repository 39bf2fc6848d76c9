import type { BreakerView, ProviderView, ServiceRoute, UpstreamView } from '@hearsay/services';

type Fields = Readonly<Record<string, unknown>>;

/** `service`: a service at one of its providers, as that announces it. */
export function serviceFields(view: ProviderView): Fields {
  const { service, version, provider, status, stream, weight, host, metadata, leaseMs } = view;
  const nick = view.nick ?? null;
  return { service, version, provider, nick, status, stream, weight, host, metadata, leaseMs };
}

/** `breaker`: one that is not closed, and whose calls it stops. */
export function breakerFields({ caller, service, provider, state }: BreakerView): Fields {
  return { caller, service, provider: provider ?? null, state };
}

/** `gateway`: it listens; health and metrics are served by its peer. */
export function gatewayFields(gateway: {
  readonly url: string;
  readonly own: string;
  readonly routes: readonly ServiceRoute[];
}): Fields {
  const routes = gateway.routes.map(({ path, service }) => [path, service] as const);
  return { url: gateway.url, peer: gateway.own, routes: Object.fromEntries(routes) };
}

/** `upstream`: the health or the breaker of an HTTP server is another than before. */
export function upstreamFields({ url, health, breaker, served, failed }: UpstreamView): Fields {
  return { url, health, breaker, served, failed };
}
