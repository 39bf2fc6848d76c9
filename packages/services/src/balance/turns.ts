/** Counts the calls of each service among several providers, for round robin. */
export class Turns {
  readonly #counts = new Map<string, number>();

  next(service: string): number {
    const turn = this.#counts.get(service) ?? 0;
    this.#counts.set(service, turn + 1);
    return turn;
  }
}
