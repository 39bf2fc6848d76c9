import { sanitiseText } from '../../text/sanitise.js';

/** Pasted text as part of a draft: harmless, and without the newline that ends its last line. */
export function pastedText(text: string): string {
  return sanitiseText(text).replace(/\n+$/, '');
}
