import type { Ending, Target } from './attack.js';

/** What the lab tells the attacker. */
export interface AttackCommand {
  readonly attack: string;
  readonly targets: readonly Target[];
  readonly honest: readonly Target[];
  readonly network: string;
  /** In hex. */
  readonly networkKey: string;
  readonly discoveryPort: number;
  readonly forMs: number;
  readonly from: string | undefined;
}

/** What the attacker tells: how it went, or why it could not. */
export type AttackRecord =
  | { readonly kind: 'ready' }
  | { readonly kind: 'done'; readonly endings: readonly Ending[] }
  | { readonly kind: 'failed'; readonly reason: string };
