import { reasonOf } from '../errors.js';

/** A function that an application gave to tell of trouble: one that breaks is trouble itself. */
export function guarded(
  tell: () => string | undefined = () => undefined,
): () => string | undefined {
  return () => {
    try {
      return tell();
    } catch (error) {
      return reasonOf(error);
    }
  };
}
