export { DOCUMENTS_TAG, PAD_PATH, type PadOptions, padUrl, servePad } from './serve-pad.js';
