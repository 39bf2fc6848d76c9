export { PAD_PATH, type PadOptions, servePad } from './serve/serve-pad.js';
