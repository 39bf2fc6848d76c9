/** One call that ended. */
export interface Sample {
  readonly durationMs: number;
  readonly code: string;
}

const STEP_MS = 5;
const MS_PER_S = 1_000;

/** Calls at a rate for a while, however long answers take ("open loop"). */
export async function loadFor(
  { rate, forMs }: { readonly rate: number; readonly forMs: number },
  call: (index: number) => Promise<unknown>,
): Promise<Sample[]> {
  const samples: Sample[] = [];
  const pending: Promise<void>[] = [];
  const startMs = performance.now();
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      const elapsedMs = Math.min(forMs, performance.now() - startMs);
      while (pending.length < (elapsedMs * rate) / MS_PER_S) pending.push(one(pending.length));
      if (elapsedMs < forMs) return;
      clearInterval(timer);
      resolve();
    }, STEP_MS);
  });
  await Promise.all(pending);
  return samples;

  async function one(index: number): Promise<void> {
    const sentMs = performance.now();
    const code = await call(index).then(() => 'ok', codeOf);
    samples.push({ durationMs: performance.now() - sentMs, code });
  }
}

/** The value below which `fraction` of the values lie (nearest rank); NaN of none. */
export function quantile(values: readonly number[], fraction: number): number {
  const sorted = values.toSorted((left, right) => left - right);
  const rank = Math.ceil(fraction * sorted.length) - 1;
  return sorted[Math.max(0, rank)] ?? Number.NaN;
}

export function durationsOf(samples: readonly Sample[]): number[] {
  return samples.map(({ durationMs }) => durationMs);
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
