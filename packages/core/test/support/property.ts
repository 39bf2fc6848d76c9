import fc from 'fast-check';

/** Runs of a property unless a test says otherwise; the failing seed and path are printed. */
const RUNS = 300;

/** Checks a property; a failure prints the seed and path that replay it. */
export function holds<T>(
  arbitrary: fc.Arbitrary<T>,
  predicate: (value: T) => void,
  numRuns: number = RUNS,
): void {
  fc.assert(fc.property(arbitrary, predicate), { numRuns });
}
