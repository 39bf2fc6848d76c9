/**
 * What keeps false accusations from becoming verdicts, besides times. Experiments switch a part off to
 * see what it is worth; a runtime never does.
 */
export interface Defences {
  /** Whoever is suspected is told at once, so that it can refute (Lifeguard's buddy system). */
  readonly tellSuspect: boolean;
  /** Something heard from a member stands against its death, whoever declares it. */
  readonly signsOfLife: boolean;
}

export const ALL_DEFENCES: Defences = { tellSuspect: true, signsOfLife: true };
