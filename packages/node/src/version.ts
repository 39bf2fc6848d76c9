/** Of this package; a test compares it with package.json, which is not read at start. */
export const VERSION = '0.1.0';
