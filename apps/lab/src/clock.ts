/**
 * Milliseconds since 1970 with a fraction. Processes of one machine read the same clock, so a time
 * taken in one may be subtracted from a time taken in another.
 */
export function clockMs(): number {
  return performance.timeOrigin + performance.now();
}
