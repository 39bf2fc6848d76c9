/** Runs of a property: `HEARSAY_LAW_RUNS=10000` for the long run. */
export function runs(usual: number): number {
  return Number(process.env['HEARSAY_LAW_RUNS'] ?? usual);
}
