import type { Upstream, Upstreams } from './upstreams.js';

const INTERVAL_MS = 2_000;
const TIMEOUT_MS = 1_000;
const FIRST_FAULT = 500;

/** Asks every upstream whether it is well; one that is not gets no requests until it is. */
export class UpstreamChecks {
  readonly #timer: NodeJS.Timeout;
  readonly #path: string;
  readonly #upstreams: Upstreams;

  constructor(upstreams: Upstreams, path: string) {
    this.#path = path;
    this.#upstreams = upstreams;
    this.#timer = setInterval(() => {
      for (const upstream of upstreams.all) void this.#check(upstream);
    }, INTERVAL_MS);
    this.#timer.unref();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #check(upstream: Upstream): Promise<void> {
    this.#upstreams.judge(
      upstream,
      (await this.#isWell(upstream)) ? 'check-passed' : 'check-failed',
    );
  }

  async #isWell({ url }: Upstream): Promise<boolean> {
    try {
      const signal = AbortSignal.timeout(TIMEOUT_MS);
      const response = await fetch(new URL(this.#path, url), { signal, redirect: 'manual' });
      await response.body?.cancel();
      return response.status < FIRST_FAULT;
    } catch {
      return false;
    }
  }
}
