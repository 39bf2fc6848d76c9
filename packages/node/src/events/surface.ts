/** What an application throws is its own bug: it surfaces as such, and not inside the peer. */
export function surface(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
