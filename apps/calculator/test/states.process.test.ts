import { createPeer, NetworkKeys } from '@hearsay/node';
import { openServices, type Services, type ServicesOptions } from '@hearsay/services';
import { expect, it, onTestFinished } from 'vitest';
import { ProviderProcess } from './support/provider-process.js';

const PATIENCE = { timeout: 60_000, interval: 20 };
/** No call of these tests fails because the machine is busy. */
const TIMEOUT_MS = 60_000;
const TEST = { timeout: 180_000 };

interface Scene {
  readonly services: Services;
  readonly providers: readonly ProviderProcess[];
  /** What the breakers and the health of a provider went through. */
  statesOf(kind: 'breaker' | 'health', provider: ProviderProcess): readonly string[];
}

/** One that calls, and providers that are processes. */
async function scene(count: number, options: ServicesOptions = {}): Promise<Scene> {
  const keys = NetworkKeys.of(Buffer.alloc(32, 5));
  const peer = await createPeer({ nick: 'caller', port: 0, discover: false, keys });
  onTestFinished(() => peer.close());
  const services = openServices(peer, options);
  onTestFinished(() => services.close());
  const seen: (readonly [string, string | undefined, string])[] = [];
  services.on('breaker', ({ provider, state }) => seen.push(['breaker', provider, state]));
  services.on('health', ({ provider, state }) => seen.push(['health', provider, state]));
  const address = peer.url.replace('ws://', '');
  const names = Array.from({ length: count }, (_, index) => `provider-${index + 1}`);
  const providers = await Promise.all(names.map((nick) => ProviderProcess.start(address, nick)));
  await services.available('work', { count, timeoutMs: TIMEOUT_MS });
  return {
    services,
    providers,
    statesOf: (kind, { id }) =>
      seen.filter(([of, provider]) => of === kind && provider === id).map(([, , state]) => state),
  };
}

/** @returns the code it failed with, or `ok` */
async function codeOf(answer: Promise<unknown>): Promise<string> {
  return await answer.then(
    () => 'ok',
    (error: { readonly code?: string }) => error.code ?? String(error),
  );
}

function only(providers: readonly ProviderProcess[]): ProviderProcess {
  const [one] = providers;
  if (one === undefined) throw new Error('no provider');
  return one;
}

it(
  'a breaker opens, stays open after a probe that fails, and closes after one that does not',
  TEST,
  async () => {
    const times = { openMs: 100, openMsMax: 200 };
    const { services, providers, statesOf } = await scene(1, {
      breaker: { times, failures: 5, calls: 10_000 },
    });
    const one = only(providers);
    const call = () => codeOf(services.call('work', 'x', { timeoutMs: TIMEOUT_MS, retry: false }));
    await one.be('fail');
    for (let count = 0; count < 5; count++) expect(await call()).toBe('handler-failed');
    await expect
      .poll(() => [statesOf('breaker', one), one.ran.length], PATIENCE)
      .toEqual([['open'], 5]);
    await expect.poll(call, PATIENCE).toBe('handler-failed'); // The probe, and only it, came through.
    await expect
      .poll(() => [statesOf('breaker', one), one.ran.length], PATIENCE)
      .toEqual([['open', 'half-open', 'open'], 6]);
    await one.be('ok');
    await expect.poll(call, PATIENCE).toBe('ok');
    await expect
      .poll(() => statesOf('breaker', one), PATIENCE)
      .toEqual(['open', 'half-open', 'open', 'half-open', 'closed']);
  },
);

it('a provider that is frozen is unhealthy, and called again when it goes on', TEST, async () => {
  const { services, providers, statesOf } = await scene(2, {
    checks: { intervalMs: 100, timeoutMs: 10_000 },
    budget: { reserve: 1_000 },
  });
  const one = only(providers);
  const call = () =>
    codeOf(
      services.call('work', 'x', {
        idempotent: true,
        strategy: 'round-robin',
        timeoutMs: TIMEOUT_MS,
        retry: { attemptTimeoutMs: 1_000, attempts: 10 },
      }),
    );
  while (one.ran.length === 0) expect(await call()).toBe('ok');
  await expect.poll(() => statesOf('health', one)[0] ?? 'healthy', PATIENCE).toBe('healthy');
  one.signal('SIGSTOP');
  onTestFinished(() => one.signal('SIGCONT'));
  const isLeftAlone = () =>
    services.providers('work').some(({ provider, health, status }) => {
      return provider === one.id && (health === 'unhealthy' || status !== 'ready');
    });
  await expect.poll(async () => [await call(), isLeftAlone()], PATIENCE).toEqual(['ok', true]);
  one.signal('SIGCONT');
  const before = one.ran.length;
  await expect
    .poll(async () => [await call(), one.ran.length > before, isLeftAlone()], PATIENCE)
    .toEqual(['ok', true, false]);
  expect(services.counters()['retried']).toBeGreaterThan(0);
});

it(
  'calls of a provider that is killed are tried elsewhere, or of unknown outcome',
  TEST,
  async () => {
    const { services, providers } = await scene(2);
    const one = only(providers);
    const options = { strategy: 'round-robin', timeoutMs: TIMEOUT_MS } as const;
    const retry = { attemptTimeoutMs: TIMEOUT_MS };
    await one.be('hang');
    const names = Array.from({ length: 4 }, (_, index) => `i${index}`);
    const harmless = names.map((name) =>
      codeOf(services.call('work', name, { ...options, retry, idempotent: true })),
    );
    const others = names.map((name) => codeOf(services.call('work', `n${name}`, options)));
    await expect
      .poll(() => one.ran.filter((name) => name.startsWith('n')).length, PATIENCE)
      .toBe(2);
    one.signal('SIGKILL');
    expect(await Promise.all(harmless)).toEqual(['ok', 'ok', 'ok', 'ok']);
    const codes = await Promise.all(others);
    expect(codes.toSorted()).toEqual(['ok', 'ok', 'outcome-unknown', 'outcome-unknown']);
    const ran = providers.flatMap((provider) =>
      provider.ran.filter((name) => name.startsWith('n')),
    );
    expect(new Set(ran).size).toBe(ran.length);
    expect(services.counters()).toMatchObject({ retried: 2 });
  },
);

it('a provider that drains ends what it has, and no call fails', TEST, async () => {
  const { services, providers } = await scene(2);
  const one = only(providers);
  const call = () => codeOf(services.call('work', 'x', { timeoutMs: TIMEOUT_MS }));
  const calls = Array.from({ length: 50 }, call);
  await one.be('drain');
  const isGone = () => !services.providers('work').some(({ provider }) => provider === one.id);
  await expect.poll(async () => [await call(), isGone()], PATIENCE).toEqual(['ok', true]);
  expect(new Set(await Promise.all(calls))).toEqual(new Set(['ok']));
});

it('a call that is slow is asked of another one as well', TEST, async () => {
  const { services, providers } = await scene(2);
  await only(providers).be('hang');
  const options = { idempotent: true, hedgeAfterMs: 20, timeoutMs: TIMEOUT_MS } as const;
  const call = () => codeOf(services.call('work', 'x', options));
  const isHedged = () => (services.counters()['hedged'] ?? 0) > 0;
  await expect.poll(async () => [await call(), isHedged()], PATIENCE).toEqual(['ok', true]);
});

it('no more is tried again than the budget allows', TEST, async () => {
  const { services, providers } = await scene(1, { budget: { ratio: 0, reserve: 1 } });
  await only(providers).be('hang');
  const retry = { attempts: 4, attemptTimeoutMs: 50 };
  const answer = services.call('work', 'x', { idempotent: true, retry, timeoutMs: TIMEOUT_MS });
  expect(await codeOf(answer)).toBe('timeout');
  expect(services.counters()).toMatchObject({ retried: 1, refusedRetries: 1 });
});
