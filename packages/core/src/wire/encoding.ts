/** What `Writer` and `Reader` share: numbers of seven bits a byte, and texts that need no encoder. */

/** Set in every byte of a number but the last. */
export const VARUINT_CONTINUE = 0x80;
export const VARUINT_PAYLOAD = 0x7f;
/** Topics and nicks; a longer text is worth a call into the encoder of the platform. */
export const SHORT_TEXT_BYTES = 32;
export const ASCII_END = 0x80;
