/** All peers of a bench are let in by it; what a user keeps stays untouched. */
export const benchKey: Uint8Array = new Uint8Array(32).fill(7);
